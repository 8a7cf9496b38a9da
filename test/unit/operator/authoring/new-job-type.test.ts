import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newJobType } from '../../../../lib/operator/authoring/new-job-type.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const COPIED = [
  'bin',
  'functions',
  'lib',
  'localstack',
  'test',
  'package.json',
  'tsconfig.json',
  '.biome.json',
  '.gitignore',
];
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-new-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What the repository is without what it installs, and with it linked. */
async function copyOfRepository(name: string): Promise<string> {
  const root = join(folder, name);
  for (const part of COPIED) await cp(join(ROOT, part), join(root, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

const tool = (root: string, name: string, ...args: string[]) =>
  run(join(ROOT, 'node_modules/.bin', name), args, { cwd: root }).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${name} ${args.join(' ')}:\n${error.stdout}\n${error.stderr}`);
  });

/** Each is awkward: a word of JavaScript's, one of the files' own, the longest, two that become one name, orders. */
const TYPES = [
  'resize-image',
  'delete',
  'consumer',
  `a-${'b'.repeat(36)}-c`,
  'send',
  'send-email2',
  'send--email',
  'z9-10x',
  'z9-9-',
  // Names of the files' own, and a global's.
  ...['run', 'throws', 'test-job', 'define-job', 'refused', 'value-of'],
];

describe('new job types', () => {
  it('pass lint, types and their own tests', async () => {
    const root = await copyOfRepository('whole');
    const made = [];
    for (const type of TYPES) made.push(await newJobType(type, root));
    expect(made[0]).toEqual({
      definition: 'resizeImage',
      files: [
        'functions/resize-image/definition.ts',
        'functions/resize-image/handler.ts',
        'functions/resize-image/perform.ts',
        'test/unit/functions/resize-image.test.ts',
        'functions/index.ts',
      ],
    });
    expect(new Set(made.map(({ definition }) => definition)).size).toBe(TYPES.length);
    await tool(root, 'biome', 'check', '--vcs-enabled=false', 'functions', 'test/unit/functions');
    const only = { extends: './tsconfig.json', include: ['functions', 'test/unit/functions'] };
    await writeFile(join(root, 'only.json'), JSON.stringify(only));
    // The compiler reads the types of all packages for it.
    await tool(root, 'tsc', '-p', 'only.json');
    const own = TYPES.map((type) => `test/unit/functions/${type}.test.ts`);
    const catalogue = 'test/unit/functions/catalogue.test.ts';
    const options = ['--config', 'test/vitest.config.ts', '--project', 'unit*', '--no-isolate', '--maxWorkers=1'];
    const { stdout } = await tool(root, 'vitest', 'run', ...options, ...own, catalogue);
    expect(stdout).toContain(`${TYPES.length + 1} passed`);
  }, 300_000);
});
