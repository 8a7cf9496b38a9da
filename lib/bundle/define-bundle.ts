/** How esbuild reads a file: its content types, `text`, `binary` and `file` among them. */
export type FileLoader = 'js' | 'jsx' | 'ts' | 'tsx' | 'json' | 'text' | 'base64' | 'binary' | 'dataurl' | 'empty';

/** What {@link defineBundle} takes. All of it may be left out. */
export interface BundleOptions {
  /** Packages that are not in the bundle because a layer or Lambda's runtime brings them. `require` finds them there. */
  readonly external?: readonly string[];
  /**
   * Packages that lie in the function's `node_modules` instead of the bundle: those with native code, or that look for files of
   * their own. They are installed with npm, in the version that is installed here, for Lambda's Linux on arm64. Their
   * install scripts do not run.
   */
  readonly install?: readonly string[];
  /** Files and folders beside the handler that lie in the function's folder too, under the same name. */
  readonly assets?: readonly (string | Asset)[];
  /** How files are read that the handler imports, by their ending: `{ '.html': 'text' }`. */
  readonly loader?: Readonly<Record<string, FileLoader>>;
  /** ARNs of Lambda layers, each with its version. At most five (Lambda quotas). */
  readonly layers?: readonly string[];
}

/** A file or folder that lies elsewhere, or under another name. */
export interface Asset {
  /** Path from the handler's folder, or of a package: `a-package/data`. */
  readonly from: string;
  /** Path in the function's folder. */
  readonly to: string;
}

/** What {@link defineBundle} returns: every default filled in. */
export interface BundleSettings {
  readonly external: readonly string[];
  readonly install: readonly string[];
  readonly assets: readonly Asset[];
  readonly loader: Readonly<Record<string, FileLoader>>;
  readonly layers: readonly string[];
}

/** A handler without a `bundle.ts`. */
export const NO_SETTINGS: BundleSettings = { external: [], install: [], assets: [], loader: {}, layers: [] };

/** A bundle's settings are wrong. The message names the option, the value and what is right. */
export class BundleOptionsError extends Error {
  override readonly name = 'BundleOptionsError';
}

const OPTIONS = Object.keys(NO_SETTINGS);
const LOADERS: readonly string[] = ['js', 'jsx', 'ts', 'tsx', 'json', 'text', 'base64', 'binary', 'dataurl', 'empty'];
const PACKAGE = /^(@[\w.-]+\/)?[\w.-]+$/;
const LAYER = /^arn:[\w-]+:lambda:[\w-]+:\d{12}:layer:[\w-]+:\d+$/;
const MAX_LAYERS = 5;

/**
 * Says what a function's bundle needs beside its code. It is the export `bundle` of a `bundle.ts` beside the handler.
 *
 * @returns the settings with every default filled in, frozen
 * @throws BundleOptionsError for an unknown option, or a value that is none
 * @example
 * export const bundle = defineBundle({ install: ['sharp'], assets: ['mail.html'] });
 */
export function defineBundle(options: BundleOptions): BundleSettings {
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) refuse(`unknown option ${shown(unknown)}; there are ${OPTIONS.join(', ')}`);
  const { external = [], install = [], assets = [], loader = {}, layers = [] } = options;
  each('external', external, (name) => PACKAGE.test(name) || 'the name of a package, as @aws-sdk/client-s3');
  each('install', install, (name) => PACKAGE.test(name) || 'the name of a package, as sharp');
  each(
    'layers',
    layers,
    (arn) => LAYER.test(arn) || 'the ARN of a version, as arn:aws:lambda:eu-west-1:…:layer:fonts:3',
  );
  if (layers.length > MAX_LAYERS) refuse(`layers must be at most ${MAX_LAYERS} (Lambda quotas), got ${layers.length}`);
  for (const [ending, name] of Object.entries(loader)) {
    if (!ending.startsWith('.')) refuse(`loader: ${shown(ending)} must be an ending, as ".html"`);
    if (!LOADERS.includes(name)) refuse(`loader of ${ending} must be one of ${LOADERS.join(', ')}, got ${shown(name)}`);
  }
  const both = external.find((name) => install.includes(name));
  if (both !== undefined) refuse(`${both} is in external and in install: is it brought by a layer, or installed?`);
  return Object.freeze({ external, install, assets: assets.map(checkedAsset), loader, layers });
}

function each(option: string, values: readonly string[], check: (value: string) => true | string): void {
  if (!Array.isArray(values)) refuse(`${option} must be a list, got ${shown(values)}`);
  for (const value of values) {
    const right = typeof value === 'string' ? check(value) : 'text';
    if (right !== true) refuse(`${option}: ${shown(value)} must be ${right}`);
  }
}

function checkedAsset(asset: string | Asset): Asset {
  const { from, to } = typeof asset === 'string' ? { from: asset, to: asset } : asset;
  if (typeof from !== 'string' || typeof to !== 'string' || from === '')
    refuse(`assets: ${shown(asset)} must be a path`);
  const name = to.replace(/^\.\//, '');
  if (/^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(name) || name === '' || name === 'index.mjs') {
    refuse(
      `assets: ${shown(to)} lies outside of the function's folder or is its code: give { from, to } with another to`,
    );
  }
  return { from, to: name };
}

function refuse(what: string): never {
  throw new BundleOptionsError(`defineBundle: ${what}`);
}

const shown = (value: unknown): string => JSON.stringify(value) ?? String(value);
