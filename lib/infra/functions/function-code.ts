import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stack, Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** Beside this file, which is JavaScript where the package was compiled. */
const WRITE_BUNDLE = fileURLToPath(new URL(`../../bundle/write-bundle${extname(import.meta.url)}`, import.meta.url));

/** A function that cannot be bundled: the message names file and line. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

interface CodeProps {
  readonly functionName: string;
  /** File that exports `handler`. */
  readonly entry: string;
  /** Whether the tracer is part of it. */
  readonly tracing?: boolean | undefined;
}

/**
 * A function's bundled code. Where the CDK asks for no bundling (`cdk destroy`, or another stack is deployed), an empty
 * file in its place.
 *
 * @throws BundleError
 */
export function functionCode(scope: Construct, { functionName, entry, tracing = false }: CodeProps): Code {
  const folder = join(Stage.of(scope)?.outdir ?? 'cdk.out', 'bundles', functionName);
  if (Stack.of(scope).bundlingRequired) {
    const { status, stderr, error } = spawnSync(
      process.execPath,
      [WRITE_BUNDLE, entry, folder, ...(tracing ? ['traced'] : [])],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new BundleError(`${functionName}: ${stderr?.trim() || error?.message}`, { cause: error });
  } else {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.mjs'), '');
  }
  return Code.fromAsset(folder);
}
