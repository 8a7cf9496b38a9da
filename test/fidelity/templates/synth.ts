import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type AppSource, buildApp } from '../../../lib/infra/app.ts';
import { shop } from '../../support/shop/app.ts';

/** A resource of a template, as CloudFormation has it. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
  readonly DeletionPolicy?: string;
}

/** A template as JSON. Not frozen: tests plant mistakes in copies. */
export interface TemplateJson {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, unknown>;
  readonly Parameters?: Record<string, { readonly Type: string; readonly Default?: string }>;
}

/** Templates by stack name. */
export type Templates = Record<string, TemplateJson>;

const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8')) as {
  context: Record<string, unknown>;
};

const ofShop = new Map<string, Promise<Templates>>();

/**
 * The templates of a stage as `cdk synth` makes them, without the functions' code.
 *
 * @param source @default the tests' own shop, whose templates are made once a process
 */
export async function synthesize(settings: Record<string, unknown>, source?: AppSource): Promise<Templates> {
  if (source !== undefined) return make(settings, source);
  const name = JSON.stringify(settings);
  const templates = ofShop.get(name) ?? make(settings, shop);
  ofShop.set(name, templates);
  return structuredClone(await templates);
}

async function make(settings: Record<string, unknown>, source: AppSource): Promise<Templates> {
  const outdir = mkdtempSync(join(tmpdir(), 'sluice-templates-'));
  try {
    const all = { ...context, 'aws:cdk:bundling-stacks': [], securityChecks: 'off', ...settings };
    const app = buildApp({ ...source, stages: { dev: { disposable: true } }, props: { context: all, outdir } });
    const stacks = app.node.children.filter((child) => Stack.isStack(child));
    return Object.fromEntries(
      stacks.map((stack) => [stack.stackName, Template.fromStack(stack).toJSON() as TemplateJson]),
    );
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Every stage and setting that the rules are held to. */
export const SETTINGS = {
  dev: { stage: 'dev' },
  prod: { stage: 'prod', emailSender: 'jobs@example.com', syncAllowedHosts: 'crm=api.example.com' },
  keys: {
    ...{ stage: 'prod', emailSender: 'jobs@example.com', encryption: 'kms', region: 'eu-west-1' },
    allowedProducers: '111122223333,arn:aws:iam::444455556666:role/shop',
  },
  longest: { stage: 'p234567890123456', emailSender: 'Jobs <jobs@mail.example.com>' },
} as const;

/** The one that has most in it: what takes seconds a stage tries it alone, unless in depth. */
export const FULLEST = { keys: SETTINGS.keys };
