import { messageOf } from './errors.ts';
import type { DeployedFunction } from './log-tail.ts';
import { type Change, meaningOf, type Sources, type Watch } from './watch.ts';

/** What a session does with the emulator, and what it learns by that. */
export interface SessionDeps {
  /** Bundles functions. @returns the files that each is made of */
  readonly bundle: ForEach;
  /** Bundles functions and deploys their code. @returns the files that each is made of */
  readonly reload: ForEach;
  /** Deploys all stacks. @returns the queue URLs by job type, and the functions */
  readonly redeploy: () => Promise<Deployed>;
  /** A function's own folder: what it is made of, as long as it cannot be bundled. */
  readonly folderOf: (fn: DeployedFunction) => string;
  /** The files that stacks are made of. */
  readonly stackSources: () => Promise<readonly string[]>;
  readonly say: (line: string) => void;
}

/** One result for each function, in their order. */
type ForEach = (functions: readonly DeployedFunction[]) => Promise<PromiseSettledResult<readonly string[]>[]>;

/** What is deployed. */
export interface Deployed {
  readonly queueUrls: Readonly<Record<string, string>>;
  readonly functions: readonly DeployedFunction[];
}

/** `npm run local` between its start and Ctrl-C. */
export interface Session {
  /** Files were saved; those of before `begin` wait for it. */
  saved(files: readonly string[]): void;
  /** Everything is deployed. */
  begin(deployed: Deployed, watch: Pick<Watch, 'follow'>): void;
  /** The functions that are deployed now. */
  functions(): readonly DeployedFunction[];
  /** Resolves when all that was saved is deployed. */
  settled(): Promise<void>;
}

/** Keeps what is deployed as its files are saved. One change is applied after another: two deploys of a stack cannot run at once. */
export function makeSession(deps: SessionDeps): Session {
  const { say } = deps;
  let deployed: Deployed = { queueUrls: {}, functions: [] };
  let watch: Pick<Watch, 'follow'> | undefined;
  const held = new Map<string, readonly string[]>();
  let stacks: readonly string[] = [];
  const early: string[] = [];
  let last = Promise.resolve();
  // The old code keeps running: a syntax error must not end the session.
  const inTurn = (action: () => Promise<void>) => {
    last = last.then(action).catch((error: unknown) => say(`✗ ${messageOf(error)}`));
  };

  const learn = async (
    functions: readonly DeployedFunction[],
    results: Awaited<ReturnType<ForEach>>,
    otherwise: (fn: DeployedFunction) => readonly string[] | undefined,
  ) => {
    for (const [i, fn] of functions.entries()) {
      const result = results[i];
      const sources = result?.status === 'fulfilled' ? result.value : otherwise(fn);
      if (sources === undefined) continue;
      held.set(fn.folder, sources);
      await watch?.follow(sources);
    }
  };
  const learnAll = async () => {
    stacks = await deps.stackSources();
    await watch?.follow(stacks);
    const unknown = deployed.functions.filter(({ folder }) => !held.has(folder));
    await learn(unknown, await deps.bundle(unknown), (fn) => [deps.folderOf(fn)]);
  };

  const apply = async (files: readonly string[]) => {
    const sources: Sources = { functions: held, stacks };
    const change = meaningOf(files, sources);
    if (change === undefined) return;
    const startedMs = Date.now();
    const done = (what: string) => say(`↻ ${what}  ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
    await reload(change, done);
    if (!change.stacks) return;
    const before = deployed.queueUrls;
    deployed = await deps.redeploy();
    done('all stacks');
    report(before, deployed.queueUrls, say);
    await learnAll();
  };
  const reload = async ({ functions }: Change, done: (what: string) => void) => {
    const changed = deployed.functions.filter(({ folder }) => functions.includes(folder));
    const results = await deps.reload(changed);
    const reloaded = changed.filter((_, i) => results[i]?.status === 'fulfilled');
    await learn(changed, results, () => undefined);
    if (reloaded.length > 0) done(reloaded.map(({ folder }) => folder).join(', '));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [messageOf(result.reason)] : []));
    for (const failure of new Set(failures)) say(`✗ ${failure}`);
  };

  return {
    saved: (files) => (watch === undefined ? void early.push(...files) : inTurn(() => apply(files))),
    begin: (all, watching) => {
      deployed = all;
      watch = watching;
      inTurn(learnAll);
      if (early.length > 0) inTurn(() => apply(early));
    },
    functions: () => deployed.functions,
    settled: () => last,
  };
}

function report(before: Deployed['queueUrls'], now: Deployed['queueUrls'], say: (line: string) => void): void {
  for (const [type, url] of Object.entries(now)) if (!(type in before)) say(`+ ${type} ${url}`);
  for (const type of Object.keys(before)) if (!(type in now)) say(`- ${type} removed, with its queue`);
}
