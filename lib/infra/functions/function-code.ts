import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stack, Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** With this file's ending: `.ts` in a checkout, `.js` in the compiled package. */
const WRITE_BUNDLE = fileURLToPath(new URL(`../../bundle/write-bundle${extname(import.meta.url)}`, import.meta.url));

/** A function cannot be bundled. The message names file and line. */
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
 * A function's bundled code. If the CDK needs no bundle (`cdk destroy`, or a deploy of another stack), an empty file.
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
