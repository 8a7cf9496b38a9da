import { dirname, sep } from 'node:path';
import { onProcessEnd } from './cleanup.ts';
import { startLocalConsole } from './console.ts';
import type { Deployment } from './deploy.ts';
import type { Emulator, EmulatorKind } from './emulator.ts';
import { EmulatorError } from './errors.ts';
import { type Redeploy, redeployFunctions, sourcesOf } from './hot-reload.ts';
import { writeLocalEnv } from './local-env.ts';
import type { LocalProject, Up } from './local-project.ts';
import { type RawLogLine, renderLogLine } from './log-line.ts';
import { type DeployedFunction, deployedFunctions, tailLogs } from './log-tail.ts';
import { type Deployed, makeSession } from './session.ts';
import { watchSources } from './watch.ts';

/** The same each time, if it is free: what was sourced once stays right. */
const PORT = 4580;

/** What is kept up, and where. */
export interface LocalOptions {
  readonly stage: string;
  readonly emulator: EmulatorKind | undefined;
  /** Whether to serve the console, and print its link. */
  readonly console: boolean;
}

/**
 * Keeps a stage up on this machine until Ctrl-C, and deploys what is saved.
 *
 * @throws EmulatorError if it does not come up
 */
export async function runLocal(project: LocalProject, options: LocalOptions): Promise<void> {
  const { stage, emulator } = options;
  let up: Up | undefined;
  const running = () => {
    if (up === undefined) throw new EmulatorError('nothing is deployed yet');
    return up;
  };
  const { session, deployed } = sessionOf(project, running);
  // From before the deploy on, so that nothing that is saved meanwhile is missed.
  const watch = await watchSources(session.saved, project.watched);
  const stops: (() => void | Promise<void>)[] = [watch.stop];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    up = await project.bringUp({ stage, emulator, port: PORT, log: (line) => say(`  ${line}`) });
    stops.push(up.stop, await writeLocalEnv(up.emulator, stage, { say }));
    const all = await deployed(up.deployment);
    stops.push(tailLogs(up.emulator, session.functions, show));
    onProcessEnd({
      stop: async () => {
        say('taking it down');
        await stop();
      },
    });
    introduce(up);
    if (options.console) stops.push(await startLocalConsole(up.emulator, stage, say));
    say('Save a file and what holds it runs. Ctrl-C takes all of it down.\n');
    session.begin(all, watch);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The session of a project, and how it learns of a deployment. @param running  what is up by then */
function sessionOf(project: LocalProject, running: () => Up) {
  let entryOf: (name: string) => string | undefined = () => undefined;
  const redeployOf = (fn: DeployedFunction) => redeployFrom(fn, entryOf(fn.folder));
  const deployed = async (deployment: Deployment) => {
    entryOf = await project.readEntries();
    return deployedBy(deployment, running().emulator, entryOf);
  };
  const session = makeSession({
    bundle: (functions) => sourcesOf(functions.map(redeployOf)),
    reload: (functions) => redeployFunctions(running().emulator, functions.map(redeployOf)),
    redeploy: async () => deployed(await running().redeploy()),
    folderOf: (fn) => `${dirname(redeployOf(fn).entry)}${sep}`,
    stackSources: project.stackSources,
    say,
  });
  return { session, deployed };
}

function show(line: RawLogLine): void {
  const rendered = renderLogLine(line);
  if (rendered !== undefined) say(rendered);
}

async function deployedBy(
  { stage, queues }: Deployment,
  emulator: Emulator,
  entryOf: (name: string) => string | undefined,
): Promise<Deployed> {
  const functions = (await deployedFunctions(emulator, stage)).filter(({ folder }) => entryOf(folder) !== undefined);
  return {
    queueUrls: Object.fromEntries(Object.entries(queues).map(([type, { queueUrl }]) => [type, queueUrl])),
    functions,
  };
}

function redeployFrom({ name, traced }: DeployedFunction, entry: string | undefined): Redeploy {
  if (entry === undefined) throw new EmulatorError(`nothing says which file exports the handler of ${name}`);
  return { functionName: name, entry, traced };
}

function introduce({ emulator, deployment, also }: Up): void {
  say(`✔ ${emulator.name} at ${emulator.endpoint}`);
  for (const [type, { queueUrl }] of Object.entries(deployment.queues)) say(`  ${type.padEnd(16)} ${queueUrl}`);
  for (const line of also) say(`  ${line}`);
  say('  npx sluice queues --local      looks at it');
  say('  source .sluice/local.env        a shell, an app or the aws command finds it');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
