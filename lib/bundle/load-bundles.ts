import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

/** A finished bundle that is to be loaded. */
export interface LoadableBundle {
  readonly functionName: string;
  /** What is deployed. */
  readonly folder: string;
  /** File that it was made of: packages that are installed beside the bundle are taken from there. */
  readonly entry: string;
  /** The function's own variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly external: readonly string[];
  readonly install: readonly string[];
}

/** With this file's ending: `.ts` in a checkout, `.js` in the compiled package. */
const LOAD_ONE = fileURLToPath(new URL(`load-one${extname(import.meta.url)}`, import.meta.url));
/** Lambda's own limit of the init phase (AWS Lambda Developer Guide, "Understanding the execution environment lifecycle"). */
const LONGEST_MS = 10_000;

/** Loads each bundle in a process of its own. @returns what went wrong, by function name */
export async function loadBundles(bundles: readonly LoadableBundle[]): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  const waiting = [...bundles];
  const own = await mkdtemp(join(tmpdir(), 'sluice-loader-'));
  try {
    const loader = await loaderIn(own);
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const failure = await load(next, loader);
        if (failure !== undefined) failures[next.functionName] = failure;
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  return failures;
}

/** The file that each process runs. As JavaScript: to read TypeScript takes Node as long as to load a bundle. */
async function loaderIn(folder: string): Promise<string> {
  const { code } = await transform(await readFile(LOAD_ONE, 'utf8'), { loader: 'ts' });
  const file = join(folder, 'load-one.mjs');
  await writeFile(file, code);
  return file;
}

async function load(bundle: LoadableBundle, loader: string): Promise<string | undefined> {
  // Elsewhere than the assembly: there the packages of this machine would be found, which Lambda does not have.
  const task = await mkdtemp(join(tmpdir(), 'sluice-load-'));
  try {
    const isInstalled = (path: string) => bundle.install.length > 0 && path === join(bundle.folder, 'node_modules');
    await cp(bundle.folder, task, { recursive: true, filter: (path) => !isInstalled(path) });
    const { entry, external, install } = bundle;
    const args = [loader, join(task, 'index.mjs'), JSON.stringify({ entry, external, install })];
    const child = spawn(process.execPath, args, {
      cwd: task,
      env: lambdaEnvironment(bundle, task),
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: LONGEST_MS,
      killSignal: 'SIGKILL',
    });
    const said = text(child.stderr);
    const ended = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? signal));
    });
    if (ended === 0) return undefined;
    if (ended === 'SIGKILL') return `it was not loaded after ${LONGEST_MS / 1000} s, which is Lambda's own limit`;
    return (await said).trim().replaceAll(task, '/var/task') || `its process ended with ${ended}`;
  } finally {
    await rm(task, { recursive: true, force: true });
  }
}

/** As Lambda sets them (Lambda Developer Guide, "Defined runtime environment variables"). */
export function lambdaEnvironment(
  { functionName, environment, memoryMb }: Pick<LoadableBundle, 'functionName' | 'environment' | 'memoryMb'>,
  task: string,
): Record<string, string> {
  return {
    ...{ _HANDLER: 'index.handler', LAMBDA_TASK_ROOT: task, LAMBDA_RUNTIME_DIR: '/var/runtime', TZ: ':UTC' },
    ...{ LANG: 'en_US.UTF-8', PATH: '/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin', HOME: '/tmp' },
    ...{ AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' },
    ...{ AWS_ACCESS_KEY_ID: 'load', AWS_SECRET_ACCESS_KEY: 'check', AWS_SESSION_TOKEN: 'none' },
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: 'JSON',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'load-check',
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:1',
    NODE_PATH: '/opt/nodejs/node24/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules',
    ...environment,
  };
}

// Run as a process of its own: the CDK asks its checks synchronously.
if (process.argv[1] !== undefined && basename(process.argv[1]).startsWith('load-bundles.')) {
  const bundles = JSON.parse(await text(process.stdin)) as LoadableBundle[];
  process.stdout.write(JSON.stringify(await loadBundles(bundles)));
}
