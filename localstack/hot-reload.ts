import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { LambdaClient, UpdateFunctionCodeCommand, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import { buildFailureOf } from '../lib/bundle/bundle.ts';
import { type WrittenBundle, writeBundle } from '../lib/bundle/write-bundle.ts';
import { type Emulator, EmulatorError } from './emulator.ts';
import { messageOf } from './errors.ts';
import { workFolder } from './places.ts';
import { zipOfFiles } from './zip.ts';

/** A function, and what it is made of. */
export interface Redeploy {
  /** As deployed, e.g. `sluice-dev-send-email`. */
  readonly functionName: string;
  /** The TypeScript file that exports `handler`. */
  readonly entry: string;
  /** Whether the tracer is part of it. @default false */
  readonly traced?: boolean;
}

/**
 * Deploys a function's new code without the CDK: one second instead of ten.
 *
 * @returns the files that it is made of
 * @throws EmulatorError if the code cannot be bundled (naming file and line) or the function is not deployed
 */
export async function redeployFunction(
  emulator: Pick<Emulator, 'clientConfig'>,
  redeploy: Redeploy,
): Promise<readonly string[]> {
  const { functionName: FunctionName } = redeploy;
  const { folder, sources } = await bundled(redeploy);
  const ZipFile = zipOfFiles(await filesIn(folder));
  const lambda = new LambdaClient(emulator.clientConfig);
  try {
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    const wait = { client: lambda, minDelay: 0.1, maxDelay: 0.5, maxWaitTime: 30 };
    await waitUntilFunctionUpdatedV2(wait, { FunctionName });
  } catch (error) {
    throw new EmulatorError(`${FunctionName} could not be updated: ${messageOf(error)}`, { cause: error });
  } finally {
    lambda.destroy();
  }
  return sources;
}

/**
 * A function's bundle, made as the stacks make it, so that a reload runs the same code as a deploy.
 *
 * @throws EmulatorError naming file and line
 */
export async function bundled(redeploy: Redeploy): Promise<Pick<WrittenBundle, 'sources'> & { folder: string }> {
  const { functionName, entry, traced = false } = redeploy;
  const folder = await workFolder('reload', functionName);
  try {
    const { sources } = await writeBundle(entry, folder, { traced, target: 'host', map: 'beside' });
    return { folder, sources };
  } catch (error) {
    throw new EmulatorError(`${entry} cannot be bundled: ${buildFailureOf(error)}`, { cause: error });
  }
}

async function filesIn(folder: string): Promise<Map<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
  const files = await Promise.all(paths.map(async (path) => [relative(folder, path), await readFile(path)] as const));
  return new Map(files.map(([path, contents]) => [path.replaceAll(sep, '/'), contents]));
}
