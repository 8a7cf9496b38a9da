// Makes the package of a sender alone in .producer/dist, from what `npm run build` made: `sluice/producer`, `sluice/client` and
// `sluice/contract`, with what they import and the dependencies that this asks for. `npm pack ./.producer/dist` packs it.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, '.producer/dist');
const ENTRIES = ['producer', 'client', 'contract'];
/** For `sluice/client` and for `onDuplicate: 'look'` alone: whoever only sends needs none of them. */
const OPTIONAL = ['@aws-sdk/client-dynamodb', '@aws-sdk/util-dynamodb'];

const IMPORT = /\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;
const files = new Set();
const packages = new Set();

/** Follows what a file imports. Declarations name each other by their sources, `./producer.ts`. */
function follow(file) {
  if (files.has(file)) return;
  files.add(file);
  const ending = file.endsWith('.d.ts') ? '.d.ts' : '.js';
  for (const [, specifier = ''] of readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)) {
    const [owner, name] = specifier.split('/');
    if (specifier.startsWith('.')) follow(normalize(join(dirname(file), specifier.replace(/\.[jt]s$/, ending))));
    else if (!specifier.startsWith('node:')) packages.add(owner.startsWith('@') ? `${owner}/${name}` : owner);
  }
}

const entry = (name, ending) => `dist/lib/${name}/index.${ending}`;
if (!existsSync(join(ROOT, entry('producer', 'js')))) throw new Error('there is no dist/: run npm run build first');
for (const name of ENTRIES) for (const ending of ['js', 'd.ts']) follow(entry(name, ending));

const {
  version,
  license,
  engines,
  dependencies,
  private: isPrivate,
} = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const needed = Object.fromEntries([...packages].sort().map((name) => [name, dependencies[name]]));
// A range: npm then takes the copy that the client brings, and whoever installs an optional one takes the newest.
for (const name of ['@aws-sdk/core', ...OPTIONAL]) needed[name] = `^${needed[name]}`;
const unknown = Object.keys(needed).filter((name) => needed[name] === undefined);
if (unknown.length > 0) throw new Error(`package.json names no version of ${unknown.join(', ')}`);
const of = (isWanted) => Object.fromEntries(Object.entries(needed).filter(([name]) => isWanted(name)));
const isOptional = (name) => OPTIONAL.includes(name);

rmSync(OUT, { recursive: true, force: true });
for (const file of files) {
  mkdirSync(dirname(join(OUT, file)), { recursive: true });
  cpSync(join(ROOT, file), join(OUT, file));
}
for (const file of ['LICENSE']) if (existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(OUT, file));
const door = (name) => ({ types: `./${entry(name, 'd.ts')}`, default: `./${entry(name, 'js')}` });
const manifest = {
  name: 'sluice-producer',
  version,
  description: 'Sends jobs to Sluice and awaits them: without the engine, the CDK constructs and the command.',
  license,
  private: isPrivate,
  type: 'module',
  engines,
  exports: {
    ...Object.fromEntries(ENTRIES.map((name) => [`./${name}`, door(name)])),
    './package.json': './package.json',
  },
  files: ['dist'],
  dependencies: of((name) => !isOptional(name)),
  peerDependencies: of(isOptional),
  peerDependenciesMeta: Object.fromEntries(OPTIONAL.map((name) => [name, { optional: true }])),
};
writeFileSync(join(OUT, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
