import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exact, HungError, install, installed, megabytesOf, oldestNode, pack, run } from '../../support/package.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** pnpm gives a package what it names, and nothing that others happen to have installed. */
const PNPM = 'pnpm@10.34.9';
const DOORS = ['bundle', 'client', 'config', 'contract', 'engine', 'infra', 'producer', 'testing'];
const TSCONFIG = {
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
  },
};

let folder: string;
let packed: Awaited<ReturnType<typeof pack>>;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-sender-'));
  const [tarballs, PATH] = await Promise.all([pack(folder), oldestNode(join(folder, 'node'))]);
  packed = tarballs;
  env = { PATH };
}, 600_000);
afterAll(() => rm(folder, { recursive: true }));

async function project(name: string, dependencies: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = join(folder, name);
  await mkdir(root);
  await writeFile(join(root, 'package.json'), JSON.stringify({ name, private: true, type: 'module', dependencies }));
  return root;
}

/** Sends one job to an SQS that only counts, with a definition as a shared package has it. */
const SENDER = `import { createProducer } from 'sluice/producer';
import { defineJob } from 'sluice/contract';
import * as z from 'zod';

const greet = defineJob({ type: 'greet', payload: z.strictObject({ name: z.string() }) });
const calls = [];
const client = {
  send: async (command) => {
    calls.push(command.constructor.name);
    return command.constructor.name === 'GetQueueUrlCommand' ? { QueueUrl: 'https://sqs/greet' } : { MessageId: 'm' };
  },
};
const { jobId } = await createProducer({ stage: 'prod', client }).enqueue(greet, { name: 'Ada' }, { key: 'a' });
console.log(JSON.stringify({ calls, hasId: jobId.length > 0 }));
`;

describe('the package of a sender alone', { timeout: 900_000 }, () => {
  it('sends jobs in the place of the whole one, and installs no client but that of SQS', async () => {
    const root = await project('sender');
    await install({ cwd: root, env }, `sluice@file:${packed.producer}`);
    await writeFile(join(root, 'send.mjs'), SENDER);
    expect(JSON.parse(await run('node', ['send.mjs'], { cwd: root, env }))).toEqual({
      calls: ['GetQueueUrlCommand', 'SendMessageCommand'],
      hasId: true,
    });
    const packages = await installed(root);
    const mb = await megabytesOf(join(root, 'node_modules'));
    console.log(`  a sender: ${mb.toFixed(1)} MB, ${packages.length} packages: ${packages.join(', ')}`);
    expect(
      packages.filter((name) => /stripe|client-(?!sqs)|aws-cdk|constructs|esbuild|commander|powertools/.test(name)),
    ).toEqual([]);
    expect(mb).toBeLessThan(14);
  });

  it('has declarations that hold by themselves, but for the table that it may look into', async () => {
    const root = join(folder, 'sender');
    await install({ cwd: root, env }, exact('@types/node'));
    await writeFile(
      join(root, 'doors.ts'),
      ['client', 'contract', 'producer'].map((door) => `export * as ${door} from 'sluice/${door}';\n`).join(''),
    );
    await writeFile(join(root, 'tsconfig.json'), JSON.stringify({ ...TSCONFIG, include: ['doors.ts'] }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const said = await run(process.execPath, [tsc, '-p', '.'], { cwd: root }).catch(String);
    const faults = said.split('\n').filter((line) => line.includes('sluice/dist'));
    expect(faults.filter((line) => !line.includes("'@aws-sdk/client-dynamodb'"))).toEqual([]);
  });

  it('names the versions that the whole package names', async () => {
    const manifestOf = async (path: string) =>
      JSON.parse(await readFile(path, 'utf8')) as Record<string, Record<string, string>>;
    const sender = await manifestOf(join(folder, 'sender/node_modules/sluice/package.json'));
    const whole = await manifestOf(join(ROOT, 'package.json'));
    for (const [name, version] of Object.entries({ ...sender.dependencies, ...sender.peerDependencies })) {
      // A range where npm can then take one copy for it and for a client, or the sender's own.
      expect(version.replace('^', ''), name).toBe(whole.dependencies?.[name]?.replace('^', ''));
    }
    expect(Object.keys(sender.exports ?? {}).sort()).toEqual([
      ...['./client', './contract', './package.json', './producer'],
    ]);
  });
});

/** Looks at a job in a table that has it. */
const WAITER = `import { createClient, DeadJobError } from 'sluice/client';

const item = { status: { S: 'DEAD' }, id: { S: 'greet#a' }, reason: { S: 'Crashed' }, error: { M: { name: { S: 'E' }, message: { S: 'm' } } } };
const client = { send: async ({ input }) => ({ Responses: { [Object.keys(input.RequestItems)[0]]: [item] } }) };
const error = await createClient({ stage: 'prod', client }).waitFor('greet', 'a').catch((thrown) => thrown);
console.log(JSON.stringify({ isDead: error instanceof DeadJobError, message: error.message }));
`;

it('a sender that awaits its jobs installs the client of DynamoDB beside it', { timeout: 300_000 }, async () => {
  const root = await project('waiter');
  await install({ cwd: root, env }, `sluice@file:${packed.producer}`);
  await writeFile(join(root, 'wait.mjs'), WAITER);
  await expect(run('node', ['wait.mjs'], { cwd: root, env })).rejects.toThrow("Cannot find package '@aws-sdk/");
  // As lib/client/README.md says.
  await install({ cwd: root, env }, '@aws-sdk/client-dynamodb', '@aws-sdk/util-dynamodb');
  expect(JSON.parse(await run('node', ['wait.mjs'], { cwd: root, env }))).toEqual({
    isDead: true,
    message: 'greet a died (Crashed): E: m',
  });
  const clients = (await installed(root)).flatMap((name) => /^@aws-sdk\/client-\w+/.exec(name) ?? []);
  expect(clients).toEqual(['@aws-sdk/client-dynamodb', '@aws-sdk/client-sqs']);
});

const TRIES = 3;
/** Its installation takes 20 s, and longer beside others. */
const LIMIT_MS = 240_000;

/**
 * A project that pnpm has installed. Once in a while pnpm 10.34.9 waits for ever, with nothing under way (seen after 20 minutes):
 * then it is killed, and another project begun.
 */
async function strictProject(tries = 1): Promise<string> {
  const root = await project(`strict-${tries}`, { sluice: `file:${packed.sluice}` });
  await cp(join(ROOT, 'test/unit/package/project'), root, { recursive: true });
  const tools = ['aws-cdk-lib', 'cdk-nag', 'constructs', 'esbuild', 'tsx', 'zod'];
  const packages = tools.map((name) => (name === 'zod' ? name : exact(name)));
  const pnpm = join(folder, 'pnpm', 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
  const add = [pnpm, 'add', '--prefer-offline', '--store-dir', join(folder, `store-${tries}`), ...packages];
  try {
    await run('node', add, { cwd: root, env, limitMs: LIMIT_MS });
    return root;
  } catch (error) {
    if (!(error instanceof HungError) || tries === TRIES) throw error;
    return strictProject(tries + 1);
  }
}

describe('the package, installed by pnpm,', { timeout: 1_200_000 }, () => {
  it('imports each entry, bundles a job type and builds its stacks', async () => {
    // By itself, not by npx: what is killed then is pnpm.
    await install({ cwd: await project('pnpm'), env }, PNPM);
    const root = await strictProject();
    const all = DOORS.map((door) => `import(${JSON.stringify(`sluice/${door}`)})`);
    await writeFile(join(root, 'doors.mjs'), `await Promise.all([${all.join(', ')}]);\nconsole.log('all');\n`);
    expect(await run('node', ['doors.mjs'], { cwd: root, env })).toBe('all\n');
    await run('npx', ['tsx', 'app.ts'], { cwd: root, env });
    expect(await readFile(join(root, 'cdk.out/sluice-dev-greet.template.json'), 'utf8')).toContain(
      'AWS::Lambda::Function',
    );
    expect(await run('npx', ['sluice', 'queues', '--help'], { cwd: root, env })).toMatch(/^Usage: sluice queues/);
  });
});
