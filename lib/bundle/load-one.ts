import { createRequire, type ResolveHookContext, type ResolveHookSync, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Arguments: the bundle's file, and what lies elsewhere than in its folder. */
const [file = '', text = '{}'] = process.argv.slice(2);
const { entry, external, install } = JSON.parse(text) as { entry: string; external: string[]; install: string[] };
const isOf = (names: readonly string[], specifier: string) =>
  names.some((name) => specifier === name || specifier.startsWith(`${name}/`));
const STAND_IN = 'sluice:external';

/** Stands for whatever a layer brings: it can be called, made, and asked for anything, by its names too. */
const ANYTHING = `
const given = (_, name) => name === Symbol.toPrimitive ? () => '' : anything;
const names = new Proxy({}, { get: given, getPrototypeOf: () => null });
const anything = new Proxy(class {}, {
  get: (target, name) => name === 'prototype' ? target.prototype : given(target, name),
  apply: () => anything,
  construct: () => ({}),
  getPrototypeOf: () => names,
});
module.exports = anything;`;

function ofThisMachine(specifier: string, context: ResolveHookContext, next: Parameters<ResolveHookSync>[2]) {
  if (context.conditions.includes('import'))
    return next(specifier, { ...context, parentURL: pathToFileURL(entry).href });
  resolving = true;
  try {
    return { url: pathToFileURL(createRequire(entry).resolve(specifier)).href, shortCircuit: true };
  } finally {
    resolving = false;
  }
}

/** `require.resolve` asks these hooks too. */
let resolving = false;

registerHooks({
  resolve: (specifier, context, next) => {
    if (isOf(external, specifier)) return { url: STAND_IN, format: 'commonjs', shortCircuit: true };
    // Those beside the bundle are for Lambda's machine: here, this machine's are taken.
    if (!resolving && isOf(install, specifier)) return ofThisMachine(specifier, context, next);
    return next(specifier, context);
  },
  load: (url, context, next) =>
    url === STAND_IN ? { format: 'commonjs', source: ANYTHING, shortCircuit: true } : next(url, context),
});

try {
  const { handler } = (await import(pathToFileURL(file).href)) as { handler?: unknown };
  if (typeof handler !== 'function') throw new TypeError('it exports no function `handler`');
  // Connections and timers of the handler's would keep this process.
  process.exit(0);
} catch (thrown) {
  const { name, message, stack = '' } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const frames = stack.split('\n').filter((line) => /^ {4}at .*(source:|sluice-load-|\.mjs:)/.test(line));
  process.stderr.write([`${name}: ${message}`, ...frames.slice(0, 3)].join('\n'));
  process.exit(1);
}
