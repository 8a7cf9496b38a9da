import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exact, install, oldestNode, pack, run } from '../../support/package.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
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

let folder: string;
let project: string;
let tarball: string;

let env: NodeJS.ProcessEnv;

const add = (...packages: string[]) => install({ cwd: project, env }, ...packages);
/** With the oldest Node that `engines` names, which reads no TypeScript by itself. */
const node = (file: string, context = {}) =>
  run('npx', ['tsx', file], { cwd: project, env: { ...env, CDK_CONTEXT_JSON: JSON.stringify(context) } });
const tsc = (...args: string[]) =>
  run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...args], { cwd: project });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-package-'));
  const [packed, PATH] = await Promise.all([pack(folder), oldestNode(join(folder, 'node'))]);
  tarball = packed.sluice;
  env = { PATH };
  project = join(folder, 'project');
  await cp(join(ROOT, 'test/unit/package/project'), project, { recursive: true });
  await writeFile(join(project, 'package.json'), JSON.stringify(PROJECT));
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  await add(tarball, exact('@types/node'), exact('tsx'));
}, 600_000);
afterAll(() => rm(folder, { recursive: true }));

describe('the package, installed elsewhere', { timeout: 900_000 }, () => {
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
      ...{ awaited: 'Hello', state: 'Hello' },
      calls: ['GetQueueUrl', 'SendMessage', 'SendMessageBatch'],
      results: ['sent'],
      refused: 'InvalidPayloadError',
    });
  });

  it('has declarations that hold by themselves', async () => {
    await mkdir(join(project, 'all'), { recursive: true });
    const doors = ['bundle', 'client', 'config', 'contract', 'engine', 'producer', 'schedules', 'testing'];
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
    await add(exact('aws-cdk-lib'), exact('constructs'), exact('esbuild'));
    // Loaded only where its checks are on.
    await expect(node('app.ts')).rejects.toThrow(/cdk-nag, .* is not installed: npm install --save-dev cdk-nag@3, or/);
    await node('app.ts', { securityChecks: 'off' });
    await add(exact('cdk-nag'));
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
