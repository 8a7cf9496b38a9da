import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { onProcessEnd } from './cleanup.ts';
import type { Deployment } from './deploy.ts';
import { checkedEmulatorKind, type Emulator } from './emulator.ts';
import { EmulatorError, messageOf, messagesOf } from './errors.ts';
import { type Redeploy, redeployFunctions, sourcesOf } from './hot-reload.ts';
import { writeLocalEnv } from './local-env.ts';
import { type RawLogLine, renderLogLine } from './log-line.ts';
import { type DeployedFunction, deployedFunctions, tailLogs } from './log-tail.ts';
import { ROOT } from './places.ts';
import { type Deployed, makeSession } from './session.ts';
import { stackSources } from './stack-sources.ts';
import { bringUp, type LocalSluice } from './up.ts';
import { watchSources } from './watch.ts';

/** The same each time, if it is free: what was sourced once stays right. */
const PORT = 4580;
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
  let sluice: LocalSluice | undefined;
  const running = () => {
    if (sluice === undefined) throw new EmulatorError('nothing is deployed yet');
    return sluice;
  };
  const session = makeSession({
    bundle: (functions) => sourcesOf(functions.map(redeployOf)),
    reload: (functions) => redeployFunctions(running().emulator, functions.map(redeployOf)),
    redeploy: async () => deployedBy(await running().redeploy(), running().emulator),
    folderOf: ({ folder }) => join(ROOT, 'functions', folder, sep),
    stackSources: () => stackSources(ROOT),
    say,
  });
  // From before the deploy on, so that nothing that is saved meanwhile is missed.
  const watch = await watchSources(session.saved);
  const stops: (() => void | Promise<void>)[] = [watch.stop];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    sluice = await bringUp({ stage, emulator, port: PORT, log: (line) => say(`  ${line}`) });
    stops.push(sluice.stop, await writeLocalEnv(sluice.emulator, stage, { say }));
    const deployed = await deployedBy(sluice.deployment, sluice.emulator);
    stops.push(tailLogs(sluice.emulator, session.functions, show));
    onProcessEnd({
      stop: async () => {
        say('taking it down');
        await stop();
      },
    });
    introduce(sluice);
    session.begin(deployed, watch);
  } catch (error) {
    await stop();
    throw error;
  }
}

function show(line: RawLogLine): void {
  const rendered = renderLogLine(line);
  if (rendered !== undefined) say(rendered);
}

async function deployedBy({ stage, queues }: Deployment, emulator: Emulator): Promise<Deployed> {
  const functions = (await deployedFunctions(emulator, stage)).filter((fn) => existsSync(redeployOf(fn).entry));
  return {
    queueUrls: Object.fromEntries(Object.entries(queues).map(([type, { queueUrl }]) => [type, queueUrl])),
    functions,
  };
}

function redeployOf({ name, folder, traced }: DeployedFunction): Redeploy {
  return {
    functionName: name,
    entry: join(ROOT, 'functions', folder, 'handler.ts'),
    traced,
  };
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
  say('  npx sluice queues --local      looks at it');
  say('  source .sluice/local.env        a shell, an app or the aws command finds it');
  say('Save a file and what holds it runs. Ctrl-C takes all of it down.\n');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
