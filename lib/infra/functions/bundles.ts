import { spawnSync } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUNDLING_STACKS } from 'aws-cdk-lib/cx-api';
import type { IConstruct } from 'constructs';
import type { WrittenBundle } from '../../bundle/write-bundle.ts';
import type { BundleAnswer, BundleRequest } from '../../bundle/write-bundles.ts';

/** With this file's ending: `.ts` in a checkout, `.js` in the compiled package. */
const WRITE_BUNDLES = fileURLToPath(new URL(`../../bundle/write-bundles${extname(import.meta.url)}`, import.meta.url));
/**
 * esbuild collects its garbage less often than by default, up to this size (Go runtime, "Environment Variables"). With
 * twelve functions at a time in place of eight, 60 took it 19 s of CPU in place of 24. A build's own environment comes first.
 */
const ESBUILD_MEMORY = { GOGC: '400', GOMEMLIMIT: '550MiB' };
/** An answer holds the names of a bundle's sources: some 20 KB. */
const MOST_OUTPUT = 1 << 30;

/** A function cannot be bundled. The message names file and line. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

interface App {
  /** Functions whose code will be asked for. */
  readonly expected: readonly BundleRequest[];
  readonly answers: Map<string, BundleAnswer>;
}

const apps = new WeakMap<IConstruct, App>();

/** Says which functions an app will have: then all are bundled in one go, when the first is asked for. */
export function expectBundles(scope: IConstruct, expected: readonly BundleRequest[]): void {
  apps.set(scope.node.root, { expected: isWhole(scope) ? expected : [], answers: new Map() });
}

/** Whether the CDK's command wants every stack. It says which it wants (`cdk deploy sluice-prod-send-email`). */
function isWhole(scope: IConstruct): boolean {
  const wanted: unknown = scope.node.tryGetContext(BUNDLING_STACKS);
  return wanted === undefined || (Array.isArray(wanted) && wanted.includes('**'));
}

/** Writes a function's folder, unless it is written. @throws BundleError */
export function bundleOf(scope: IConstruct, functionName: string, request: BundleRequest): WrittenBundle {
  const { expected, answers } = apps.get(scope.node.root) ?? { expected: [], answers: new Map() };
  const key = JSON.stringify(request);
  if (!answers.has(key)) {
    // The first that is asked for brings all.
    const all = expected.some((one) => JSON.stringify(one) === key) ? expected : [request];
    for (const [i, answer] of answersTo(all).entries()) answers.set(JSON.stringify(all[i]), answer);
  }
  const answer = answers.get(key) as BundleAnswer;
  if ('failure' in answer) throw new BundleError(`${functionName}: ${answer.failure}`);
  return answer.written;
}

function answersTo(requests: readonly BundleRequest[]): BundleAnswer[] {
  const env = { ...ESBUILD_MEMORY, ...process.env };
  const options = { encoding: 'utf8', input: JSON.stringify(requests), maxBuffer: MOST_OUTPUT, env } as const;
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [WRITE_BUNDLES], options);
  if (status !== 0) throw new BundleError(`the functions: ${stderr?.trim() || error?.message}`, { cause: error });
  return JSON.parse(stdout) as BundleAnswer[];
}
