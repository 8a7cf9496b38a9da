import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import { buildApp, type JobSource, type StageProfiles } from '#sluice/infra';
import { type Resource, resourcesIn } from './template.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const cdkJson = JSON.parse(readFileSync(file('../../../../cdk.json'), 'utf8')) as {
  readonly app: string;
  readonly context: Readonly<Record<string, unknown>>;
};

/** Defaults only. */
export const plain = defineJob({ type: 'plain', payload: z.object({ n: z.number() }) });

/** Every option that reaches the stack is another than the default, and the limits are near. */
export const tuned = defineJob({
  type: 'tuned-to-its-limits-and-named-at-lengthx',
  payload: z.object({ n: z.number() }),
  timeoutSeconds: 80,
  batchSize: 11,
  batchWindowSeconds: 300,
  parallel: false,
  maxConcurrency: 1000,
  memoryMb: 10_240,
  queueRetention: 1,
  alarms: {
    queueDepth: 7,
    queueAgeSeconds: 120,
    deadLetters: 3,
    failurePercent: 25,
    failureMinAttempts: 50,
    stalledJobs: 2,
    functionErrors: 4,
    throttles: 5,
    durationPercent: 75,
    duplicateJobs: 6,
  },
  tracing: true,
});

export const DEFINITIONS = [plain, tuned];
export const HANDLER = file('handler.ts');
const DISPATCHER = file('../../../../functions/dispatcher/handler.ts');

export interface AppOptions {
  readonly jobs?: readonly JobSource[];
  readonly context?: Readonly<Record<string, unknown>>;
  /** Whether functions are bundled for real; it takes a second each. */
  readonly bundle?: boolean;
  /** @default as the repository's own file: `dev` is disposable */
  readonly stages?: StageProfiles;
}

export const jobs: readonly JobSource[] = DEFINITIONS.map((definition) => ({ definition, entry: HANDLER }));

const OUT = mkdtempSync(join(tmpdir(), 'sluice-synth-'));
afterAll(() => rmSync(OUT, { recursive: true }));
let apps = 0;

const STAGES: StageProfiles = { dev: { disposable: true } };

/** The app as `cdk synth` builds it, cdk.json's context included. */
export function makeApp({ jobs: given = jobs, context = {}, bundle = false, stages = STAGES }: AppOptions = {}): App {
  const bundling = bundle ? {} : { 'aws:cdk:bundling-stacks': [] };
  // Slow, and a subject of its own: test/unit/infra/checks/security.test.ts.
  const unchecked = { securityChecks: 'off' };
  const props = {
    outdir: join(OUT, String(++apps)),
    context: { ...cdkJson.context, ...bundling, ...unchecked, ...context },
  };
  return buildApp({ jobs: given, stages, dispatcherEntry: DISPATCHER, props });
}

/** One stack's resources, and the stack. */
export interface Synthesized {
  readonly stack: Stack;
  readonly template: Readonly<Record<string, unknown>>;
  readonly resources: readonly Resource[];
}

/** All stacks of an app, by what follows `sluice-<stage>-`. */
export function synthesize(app: App): Readonly<Record<string, Synthesized>> {
  const stacks = app.node.children.filter((child): child is Stack => 'stackName' in child);
  return Object.fromEntries(
    stacks.map((stack) => {
      const template: Record<string, unknown> = Template.fromStack(stack).toJSON();
      const name = stack.stackName.split('-').slice(2).join('-');
      return [name, { stack, template, resources: resourcesIn(template) }];
    }),
  );
}
