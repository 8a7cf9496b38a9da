import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Bundle, buildFailureOf, bundle, bundleEach } from './bundle.ts';
import { type BundleSettings, NO_SETTINGS } from './define-bundle.ts';
import { keptBundles, type MadeCode, type Making } from './kept-bundles.ts';
import { settingsFileOf, settingsOf } from './settings-of.ts';
import { buildOptions, codeOf, place, type WriteOptions, type WrittenBundle } from './write-bundle.ts';

/** A function whose folder is to be written. */
export interface BundleRequest {
  readonly entry: string;
  readonly folder: string;
  readonly options: WriteOptions;
  /** @default what the `bundle.ts` beside the entry says */
  readonly settings?: BundleSettings;
}

/** What became of it: what its function needs to be told, or what went wrong, with file and line. */
export type BundleAnswer = { readonly written: WrittenBundle } | { readonly failure: string };

interface Task extends BundleRequest {
  readonly at: number;
  readonly settings: BundleSettings;
  readonly making: Making;
}

/**
 * Writes the folders of functions, as `writeBundle` writes one. What did not change since an earlier run is taken from there, the
 * others are bundled side by side.
 *
 * @param options.anew  nothing is taken from an earlier run, nor kept: for what has just changed and will again. @default false
 * @returns an answer to each request, in their order
 */
export async function writeBundles(
  requests: readonly BundleRequest[],
  { anew = false }: { readonly anew?: boolean } = {},
): Promise<BundleAnswer[]> {
  const kept = anew ? undefined : keptBundles(Date.now());
  const answers: BundleAnswer[] = [];
  const refuse = (at: number, { entry }: BundleRequest, error: unknown) => {
    answers[at] = { failure: `${entry} cannot be bundled: ${buildFailureOf(error)}` };
  };
  const finish = async (task: Task, made: MadeCode) => {
    await place(made, task).then(
      (written) => (answers[task.at] = { written }),
      (error: unknown) => refuse(task.at, task, error),
    );
  };
  const missing: Task[] = [];
  for (const [at, request] of requests.entries()) {
    const task = await taskOf(at, request).catch((error: unknown) => refuse(at, request, error));
    if (task === undefined) continue;
    const made = kept?.find(task.making);
    if (made === undefined) missing.push(task);
    else await finish(task, made);
  }
  for await (const [task, made] of bundled(missing)) {
    if (made instanceof Error) refuse(task.at, task, made);
    else {
      kept?.keep(task.making, made);
      await finish(task, made);
    }
  }
  return answers;
}

async function taskOf(at: number, request: BundleRequest): Promise<Task> {
  const { entry, options } = request;
  const file = settingsFileOf(entry);
  if (request.settings !== undefined && file !== undefined) {
    throw new TypeError(`its settings are given twice, as a property and by ${file}: leave one out`);
  }
  const settings = request.settings ?? (await settingsOf(entry));
  const { traced = false, s3 = false, map } = options;
  const making = { entry, settings, traced, s3, mapped: map !== undefined };
  return { ...request, at, settings, making };
}

/** What stays in memory until it is written. Each takes some 40 MB of esbuild's. */
const AT_ONCE = 12;

/** Bundles tasks, some at a time; while those are written, the next are made. */
async function* bundled(tasks: readonly Task[]): AsyncGenerator<[Task, MadeCode | Error]> {
  const from = (at: number) => madeOf(tasks.slice(at, at + AT_ONCE));
  let making = from(0);
  for (let at = 0; at < tasks.length; at += AT_ONCE) {
    const made = await making;
    making = from(at + AT_ONCE);
    for (const [task, one] of made) yield [task, one.status === 'fulfilled' ? codeOf(one.value) : one.reason];
  }
}

/** Bundles some tasks, those without settings of their own together. It never rejects. */
async function madeOf(tasks: readonly Task[]): Promise<[Task, PromiseSettledResult<Bundle>][]> {
  const made = new Map<Task, PromiseSettledResult<Bundle>>();
  for (const alike of groupsOf(tasks.filter(({ settings }) => settings === NO_SETTINGS))) {
    const [{ options }] = alike;
    const bundles = await bundleEach(
      alike.map(({ entry }) => entry),
      buildOptions(options),
    );
    for (const [i, task] of alike.entries()) {
      const one = bundles[i];
      if (one !== undefined) made.set(task, one);
    }
  }
  for (const task of tasks) {
    const one = made.get(task) ?? (await Promise.allSettled([aloneOf(task)]))[0];
    made.set(task, one);
  }
  return [...made];
}

const aloneOf = ({ entry, options, settings }: Task) => bundle(entry, buildOptions(options), settings);

/** Tasks whose bundles are made with the same options. */
function groupsOf(tasks: readonly Task[]): [Task, ...Task[]][] {
  const groups = new Map<string, [Task, ...Task[]]>();
  for (const task of tasks) {
    const key = JSON.stringify(buildOptions(task.options));
    const others = groups.get(key);
    if (others === undefined) groups.set(key, [task]);
    else others.push(task);
  }
  return [...groups.values()];
}

// Run as a process of its own: a construct must be made synchronously, and esbuild's plugins are asynchronous.
if (process.argv[1] !== undefined && basename(process.argv[1]).startsWith('write-bundles.')) {
  const requests = JSON.parse(await text(process.stdin)) as BundleRequest[];
  process.stdout.write(JSON.stringify(await writeBundles(requests)));
}
