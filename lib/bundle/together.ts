import { resolve } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { leftOut, readingBeside } from './beside.ts';
import { type Bundle, bundle, formOf } from './bundle.ts';
import { cut, neededCuts } from './cuts.ts';
import type { BundleSettings } from './define-bundle.ts';
import { pluginsFor } from './plugins.ts';

/** What stays in memory until it is written: code, map and inputs of so many functions. Each takes some 40 MB of esbuild's. */
const AT_ONCE = 8;

/** Entries that are bundled in the same way. */
export interface Alike {
  readonly entries: readonly string[];
  readonly options: BuildOptions;
  readonly settings: BundleSettings;
}

/**
 * Bundles functions side by side, each into the very bytes that {@link bundle} makes of it: esbuild reads what they share once,
 * and links each by itself.
 *
 * @returns by entry, its bundle, or what went wrong; some at a time
 */
export async function* bundleTogether({ entries, ...alike }: Alike): AsyncGenerator<Map<string, Bundle | Error>> {
  for (let at = 0; at < entries.length; at += AT_ONCE) {
    yield await group({ ...alike, entries: entries.slice(at, at + AT_ONCE) }, new Set());
  }
}

async function group(alike: Alike, needed: ReadonlySet<string>): Promise<Map<string, Bundle | Error>> {
  const { entries } = alike;
  // A fault is of one of them: built alone, each says its own.
  const built = entries.length === 1 ? undefined : await builtTogether(alike, needed).catch(() => undefined);
  if (built === undefined) return new Map(await Promise.all(entries.map((entry) => alone(entry, alike))));
  const ready = await Promise.all(built.bundles.map((one) => finished(one, alike, needed)));
  const again = new Map<string, string[]>();
  for (const { entry, lacks } of ready.filter(({ lacks }) => lacks !== undefined)) {
    const key = [...(lacks ?? [])].sort().join();
    again.set(key, [...(again.get(key) ?? []), entry]);
  }
  const more = await Promise.all(
    [...again].map(([key, some]) => group({ ...alike, entries: some }, new Set(key.split(',')))),
  );
  const single = await Promise.all(built.alone.map((entry) => alone(entry, alike)));
  const first = ready.flatMap(({ entry, made, lacks }) => (lacks === undefined ? [[entry, made] as const] : []));
  return new Map([...first, ...more.flatMap((some) => [...some]), ...single]);
}

async function alone(entry: string, { options, settings }: Omit<Alike, 'entries'>): Promise<[string, Bundle | Error]> {
  const made = await bundle(entry, options, settings).catch((error: unknown) => error as Error);
  return [entry, made];
}

interface Unfinished {
  readonly entry: string;
  readonly made: Omit<Bundle, 'readingBeside'>;
}

/** Adds what is known of a bundle only when it is made. @returns with the cuts that it cannot have, if it was made with them */
async function finished({ entry, made }: Unfinished, { options, settings }: Alike, without: ReadonlySet<string>) {
  const fileOf = (input: string) => resolve(options.absWorkingDir ?? process.cwd(), input);
  const needed = without.size > 0 ? new Set<string>() : await neededCuts(made.metafile, fileOf);
  if (needed.size > 0) return { entry, made: undefined as never, lacks: needed };
  const reads = await readingBeside(made.metafile, { assets: settings.assets, fileOf });
  return { entry, made: { ...made, readingBeside: reads }, lacks: undefined };
}

async function builtTogether({ entries, options, settings }: Alike, needed: ReadonlySet<string>) {
  const beside = new Map<string, string>();
  const { metafile, outputFiles = [] } = await build({
    ...formOf(options, settings),
    plugins: [...(options.plugins ?? []), ...leftOut(settings), cut(needed), ...pluginsFor(beside)],
    entryPoints: entries.map((entry, i) => ({ in: entry, out: String(i) })),
    outdir: '.',
    outExtension: { '.js': '.mjs' },
  });
  const folder = options.absWorkingDir ?? process.cwd();
  const contentsOf = (name: string) => outputFiles.find(({ path }) => path === resolve(folder, name))?.contents;
  const bundles = entries.flatMap((entry, i): Unfinished[] => {
    const code = contentsOf(`${i}.mjs`);
    const own = metafileOf(metafile, `${i}.mjs`);
    return code === undefined || own === undefined
      ? []
      : [{ entry, made: { code, map: contentsOf(`${i}.mjs.map`), metafile: own, files: new Map() } }];
  });
  // Names of files beside the code are given out a bundle at a time.
  const isPlain = beside.size === 0 && bundles.length === entries.length;
  return isPlain ? { bundles, alone: [] } : { bundles: [], alone: entries };
}

/** What one output is made of: all that its entry reaches, as if it had been built alone. */
function metafileOf({ inputs, outputs }: Metafile, name: string): Metafile | undefined {
  const output = outputs[name];
  if (output?.entryPoint === undefined) return undefined;
  const reached = new Set([output.entryPoint]);
  for (const input of reached) {
    for (const { path, external } of inputs[input]?.imports ?? []) if (!external) reached.add(path);
  }
  const own = Object.entries(inputs).filter(([input]) => reached.has(input));
  return { inputs: Object.fromEntries(own), outputs: { [name]: output } };
}
