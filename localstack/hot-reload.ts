import { LambdaClient, UpdateFunctionCodeCommand, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import { type BuildFailure, build } from 'esbuild';
import { BUNDLE_FORM } from '../lib/infra/bundle-form.ts';
import { type Emulator, EmulatorError } from './emulator.ts';
import { messageOf } from './errors.ts';
import { ROOT } from './places.ts';
import { zipOf } from './zip.ts';

/** Options of {@link redeployFunction}. */
export interface Redeploy {
  /** As deployed, e.g. `sluice-dev-send-email`. */
  readonly functionName: string;
  /** The TypeScript file that exports `handler`. */
  readonly entry: string;
}

/**
 * Puts a function's new code in place without the CDK, which takes a second instead of ten.
 *
 * @throws EmulatorError if the code cannot be bundled (naming file and line) or the function is not deployed
 */
export async function redeployFunction(
  emulator: Pick<Emulator, 'clientConfig'>,
  { functionName, entry }: Redeploy,
): Promise<void> {
  const code = await bundle(entry);
  const lambda = new LambdaClient(emulator.clientConfig);
  try {
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: functionName, ZipFile: zipOf('index.mjs', code) }));
    const patience = { client: lambda, minDelay: 0.1, maxDelay: 0.5, maxWaitTime: 30 };
    await waitUntilFunctionUpdatedV2(patience, { FunctionName: functionName });
  } catch (error) {
    throw new EmulatorError(`${functionName} could not be given its new code: ${messageOf(error)}`, { cause: error });
  } finally {
    lambda.destroy();
  }
}

/** As the stacks do it: what runs after a reload is what a deploy would have run. */
async function bundle(entry: string): Promise<Uint8Array> {
  const { banner, mainFields, ...form } = BUNDLE_FORM;
  try {
    const result = await build({
      ...form,
      entryPoints: [entry],
      absWorkingDir: ROOT,
      bundle: true,
      write: false,
      outfile: 'index.mjs',
      platform: 'node',
      mainFields: [...mainFields],
      banner: { js: banner },
      logLevel: 'silent',
    });
    const [file] = result.outputFiles;
    if (!file) throw new EmulatorError(`esbuild made nothing of ${entry}`);
    return file.contents;
  } catch (error) {
    throw new EmulatorError(`${entry} cannot be bundled: ${firstProblem(error)}`, { cause: error });
  }
}

function firstProblem(error: unknown): string {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  if (!first) return messageOf(error);
  const { location } = first;
  return location ? `${location.file}:${location.line}:${location.column + 1}: ${first.text}` : first.text;
}
