import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** What a git dependency has of the repository, as far as the build looks at it. */
const BUILT_FROM = ['lib', 'functions', 'package.json', 'tsconfig.json', '.tsconfig.build.json'];
const PROJECT = {
  name: 'elsewhere',
  private: true,
  type: 'module',
};
const TSCONFIG = {
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: ['node'],
    // Sluice's own declarations are checked one by one; those of other packages are theirs to keep.
    skipLibCheck: true,
  },
};

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
}
const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const exact = (name: string) => `${name}@${devDependencies[name]}`;

let folder: string;
let project: string;
let tarball: string;

async function run(command: string, args: readonly string[], cwd: string, more = {}): Promise<string> {
  try {
    // What npm told this process of its own project must not reach another.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/.test(name)));
    const { stdout } = await promisify(execFile)(command, args, { cwd, env: { ...env, ...more }, maxBuffer: 1e8 });
    return stdout;
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}:\n${stdout}\n${stderr}`, { cause });
  }
}

const install = (...packages: string[]) =>
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...packages], project);
const node = (file: string, context = {}) =>
  run(process.execPath, [file], project, { CDK_CONTEXT_JSON: JSON.stringify(context) });
const tsc = (...args: string[]) =>
  run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...args], project);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-package-'));
  const repository = join(folder, 'repository');
  for (const part of BUILT_FROM) await cp(join(ROOT, part), join(repository, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(repository, 'node_modules'));
  await run('npm', ['pack', '--loglevel=error', '--pack-destination', folder], repository);
  tarball = join(folder, 'sluice-0.1.0.tgz');
  project = join(folder, 'project');
  await cp(join(ROOT, 'test/unit/package/project'), project, { recursive: true });
  await writeFile(join(project, 'package.json'), JSON.stringify(PROJECT));
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  await install(tarball, exact('@types/node'));
}, 600_000);
afterAll(() => rm(folder, { recursive: true }));

describe('the package, installed elsewhere', { timeout: 300_000 }, () => {
  it('has what was built, and no source', async () => {
    const files = await readdir(join(project, 'node_modules/sluice'), { recursive: true });
    expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
    expect(files.filter((file) => /\.(tsx?|js)$/.test(file) && !file.startsWith('dist/'))).toEqual([]);
    expect(existsSync(join(project, 'node_modules/aws-cdk-lib')), 'a service installs no CDK').toBe(false);
  });

  it('sends jobs, with types', async () => {
    await writeFile(
      join(project, 'service.json'),
      JSON.stringify({ extends: './tsconfig.json', include: ['service.ts', 'handler.ts'] }),
    );
    await tsc('-p', 'service.json');
    expect(JSON.parse(await node('service.ts'))).toEqual({
      calls: ['GetQueueUrl', 'SendMessage', 'SendMessageBatch'],
      results: ['sent'],
      refused: 'InvalidPayloadError',
    });
  });

  it('has declarations that hold by themselves', async () => {
    await mkdir(join(project, 'all'), { recursive: true });
    const doors = ['bundle', 'contract', 'engine', 'producer', 'testing'];
    await writeFile(
      join(project, 'all/doors.ts'),
      doors.map((door) => `export * as ${door} from 'sluice/${door}';\n`).join(''),
    );
    const strict = { compilerOptions: { skipLibCheck: false }, extends: '../tsconfig.json', include: ['doors.ts'] };
    await writeFile(join(project, 'all/tsconfig.json'), JSON.stringify(strict));
    const said = await tsc('-p', 'all').catch(String);
    expect(said.split('\n').filter((line) => line.includes('sluice/dist'))).toEqual([]);
  });

  it('deploys job types of its own', async () => {
    await install(exact('aws-cdk-lib'), exact('constructs'), exact('esbuild'));
    // Loaded only where its checks are on.
    await expect(node('app.ts')).rejects.toThrow(/cdk-nag, .* is not installed: npm install --save-dev cdk-nag@3, or/);
    await node('app.ts', { securityChecks: 'off' });
    await install(exact('cdk-nag'));
    await tsc('-p', '.');
    await node('app.ts');
    const out = join(project, 'cdk.out');
    const stacks = (await readdir(out)).filter((file) => file.endsWith('.template.json')).sort();
    expect(stacks).toEqual(['shop.template.json', 'sluice-dev-core.template.json', 'sluice-dev-greet.template.json']);
    const bundles = (await readdir(out)).filter((file) => file.startsWith('asset.'));
    const code = await Promise.all(
      bundles.map((bundle) => readFile(join(out, bundle, 'index.mjs'), 'utf8').then(joined)),
    );
    expect(code.filter((text) => text.includes('nobody to greet'))).toHaveLength(1);
    // What bundle.ts beside the handler asks for.
    expect(
      (await readdir(out, { recursive: true })).filter((file) => /^asset\..*greeting\.txt$/.test(file)),
    ).toHaveLength(1);
    expect(code.filter((text) => text.includes('dispatch.finished'))).toHaveLength(1);
    expect(await readFile(join(out, 'shop.template.json'), 'utf8')).toContain('sluice-dev-greet');
  });
});

/** A bundle's text without the line breaks that esbuild puts into long strings. */
const joined = (code: string): string => code.replaceAll('\\\n', '');
