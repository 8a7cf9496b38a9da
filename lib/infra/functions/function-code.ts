import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Annotations, Stack, Stage } from 'aws-cdk-lib';
import { Code, type ILayerVersion, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { WriteOptions, WrittenBundle } from '../../bundle/write-bundle.ts';
import { checkLoads } from '../checks/load-check.ts';

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
  /** Whether the function carries its source map, which costs it memory and start time. */
  readonly disposable: boolean;
}

/** A function's code, and what its `bundle.ts` asks for beside it. */
export interface FunctionCode {
  readonly code: Code;
  readonly layers: readonly string[];
}

/**
 * A function's bundled code. If the CDK needs no bundle (`cdk destroy`, or a deploy of another stack), an empty file.
 *
 * @throws BundleError
 */
export function functionCode(
  scope: Construct,
  { functionName, entry, tracing = false, disposable }: CodeProps,
): FunctionCode {
  const assembly = Stage.of(scope)?.outdir ?? 'cdk.out';
  const folder = join(assembly, 'bundles', functionName);
  if (!Stack.of(scope).bundlingRequired) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.mjs'), '');
    return { code: Code.fromAsset(folder), layers: [] };
  }
  const emulator: unknown = scope.node.tryGetContext('emulator');
  const options: WriteOptions = {
    traced: tracing,
    // An emulator runs functions on this machine.
    target: emulator === undefined ? 'lambda' : 'host',
    map: disposable ? 'beside' : { assembly },
  };
  const { layers, warnings, leftOut } = written(functionName, [entry, folder, JSON.stringify(options)]);
  for (const warning of warnings) {
    Annotations.of(scope).addWarningV2(`sluice:reads-beside:${functionName}`, `${functionName}: ${warning}`);
  }
  checkLoads(scope, { functionName, folder, entry, ...leftOut });
  return { code: Code.fromAsset(folder), layers };
}

function written(functionName: string, args: readonly string[]): WrittenBundle {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [WRITE_BUNDLE, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new BundleError(`${functionName}: ${stderr?.trim() || error?.message}`, { cause: error });
  return JSON.parse(stdout) as WrittenBundle;
}

/** Layers by their ARNs. */
export const layersOf = (scope: Construct, id: string, { layers }: FunctionCode): ILayerVersion[] =>
  layers.map((arn, i) => LayerVersion.fromLayerVersionArn(scope, `${id}${i + 1}`, arn));
