import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Stack, Stage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';
import type { BundleSettings } from '../../bundle/define-bundle.ts';
import type { BundleRequest } from '../../bundle/write-bundles.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import type { TracingKind } from '../../contract/definition/tracing.ts';
import { checkLoads } from '../checks/load-check.ts';
import type { CommonSettings } from '../stage-settings.ts';
import { bundleOf } from './bundles.ts';

/** What {@link functionCode} is made of. */
export interface CodeProps {
  readonly functionName: string;
  /** File that exports `handler`. */
  readonly entry: string;
  /** Whose tracer is part of it: X-Ray's, or OpenTelemetry's. @default false */
  readonly tracing?: TracingKind | undefined;
  /** Whether the function carries its source map, which costs it memory and start time. */
  readonly disposable: boolean;
  /** Whether what reads S3 is part of it. @default false */
  readonly s3?: boolean | undefined;
  /** What the bundle needs beside its code. @default what the `bundle.ts` beside the entry says */
  readonly bundle?: BundleSettings | undefined;
}

/** Whether a consumer finds something in S3: its payloads, or whole bodies that an extended client put there. */
export const readsS3 = ({ payloads }: Pick<CommonSettings, 'payloads'>, { extendedFrom }: JobDefinition): boolean =>
  payloads || extendedFrom !== undefined;

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
  { functionName, entry, tracing = false, s3, disposable, bundle }: CodeProps,
): FunctionCode {
  const request = bundleRequest(scope, { functionName, entry, tracing, s3, disposable, bundle });
  const { folder } = request;
  if (!Stack.of(scope).bundlingRequired) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.mjs'), '');
    return { code: Code.fromAsset(folder), layers: [] };
  }
  const { layers, warnings, leftOut } = bundleOf(scope, functionName, request);
  for (const warning of warnings) {
    Annotations.of(scope).addWarningV2(`sluice:reads-beside:${functionName}`, `${functionName}: ${warning}`);
  }
  checkLoads(scope, { functionName, folder, entry, ...leftOut });
  return { code: Code.fromAsset(folder), layers };
}

/** How a function is bundled, and where to. */
export function bundleRequest(
  scope: IConstruct,
  { functionName, entry, tracing = false, s3 = false, disposable, bundle }: CodeProps,
): BundleRequest {
  const stage = Stage.isStage(scope) ? scope : Stage.of(scope);
  const assembly = stage?.outdir ?? 'cdk.out';
  const emulator: unknown = scope.node.tryGetContext('emulator');
  const options = {
    traced: tracing,
    ...(s3 && { s3 }),
    // An emulator runs functions on this machine.
    target: emulator === undefined ? 'lambda' : 'host',
    map: disposable ? 'beside' : { assembly },
  } as const;
  const folder = join(assembly, 'bundles', functionName);
  return { entry, folder, options, ...(bundle !== undefined && { settings: bundle }) };
}
