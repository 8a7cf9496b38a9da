import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { onProcessEnd } from './cleanup.ts';
import { checkedEmulatorKind } from './emulator.ts';
import { EmulatorError, messageOf, messagesOf } from './errors.ts';
import { redeployFunction } from './hot-reload.ts';
import { renderLogLine } from './log-line.ts';
import { type DeployedFunction, deployedFunctions, tailLogs } from './log-tail.ts';
import { ROOT } from './places.ts';
import { bringUp, type LocalSluice } from './up.ts';
import { type Change, watchSources } from './watch.ts';

const USAGE = 'npm run local -- [--stage=dev] [--emulator=localstack|localstack-host|embedded]';

try {
  await local();
} catch (error) {
  say(`✗ ${messagesOf(error).join('\n  ')}`);
  process.exitCode = 1;
}

/** `npm run local`: keeps Sluice up on this machine until Ctrl-C. */
async function local(): Promise<void> {
  const { stage, emulator } = options();
  const sluice = await bringUp({ stage, emulator, log: (line) => say(`  ${line}`) });
  const functions = await deployedFunctions(sluice.emulator, stage);
  const stopTail = tailLogs(sluice.emulator, functions, (line) => {
    const rendered = renderLogLine(line);
    if (rendered !== undefined) say(rendered);
  });
  const stopWatch = await watchSources(inTurn((change) => apply(change, sluice, functions)));
  onProcessEnd({
    stop: async () => {
      say('taking it down');
      stopWatch();
      await stopTail();
      await sluice.stop();
    },
  });
  introduce(sluice);
}

function options() {
  try {
    const { values } = parseArgs({ options: { stage: { type: 'string' }, emulator: { type: 'string' } } });
    return { stage: values.stage ?? 'dev', emulator: checkedEmulatorKind(values.emulator) };
  } catch (error) {
    throw new EmulatorError(`${messageOf(error)}\nUsage: ${USAGE}`, { cause: error });
  }
}

function introduce({ emulator, deployment, stripe, source }: LocalSluice): void {
  say(`✔ ${emulator.name} at ${emulator.endpoint}`);
  for (const [type, { queueUrl }] of Object.entries(deployment.queues)) say(`  ${type.padEnd(16)} ${queueUrl}`);
  say(`  Stripe stand-in  ${stripe.url}`);
  say(`  JSON source      ${source.url}/crm/records`);
  const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: region } = emulator.env;
  // Some SDKs read AWS_REGION, others AWS_DEFAULT_REGION.
  say(`  aws: export AWS_ENDPOINT_URL=${emulator.endpoint} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`);
  say(`       export AWS_ACCESS_KEY_ID=${key} AWS_SECRET_ACCESS_KEY=${secret}`);
  say('Save a handler and it runs. Ctrl-C takes all of it down.\n');
}

async function apply(change: Change, sluice: LocalSluice, functions: readonly DeployedFunction[]): Promise<void> {
  const startedMs = Date.now();
  const done = (what: string) => say(`↻ ${what}  ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
  try {
    if (change.stacks) {
      await sluice.redeploy();
      return done('all stacks');
    }
    const changed = functions.filter(({ folder }) => change.functions === 'all' || change.functions.includes(folder));
    const names = await Promise.all(changed.map((fn) => reload(fn, sluice)));
    const reloaded = names.filter((name) => name !== undefined);
    if (reloaded.length > 0) done(reloaded.join(', '));
  } catch (error) {
    // The old code keeps running: a syntax error must not end the session.
    say(`✗ ${messageOf(error)}`);
  }
}

async function reload({ name, folder }: DeployedFunction, { emulator }: LocalSluice): Promise<string | undefined> {
  const entry = join(ROOT, 'functions', folder, 'handler.ts');
  if (!existsSync(entry)) return undefined;
  await redeployFunction(emulator, { functionName: name, entry });
  return folder;
}

/** Applies one change after another: two deploys of one stack cannot run at once. */
function inTurn<T>(action: (value: T) => Promise<void>): (value: T) => void {
  let last = Promise.resolve();
  return (value) => {
    last = last.then(() => action(value));
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
