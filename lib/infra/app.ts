import { fileURLToPath } from 'node:url';
import { App, type AppProps, Tags } from 'aws-cdk-lib';
import { JobDefinitionError } from '../contract/errors.ts';
import type { JobDefinition } from '../contract/job-definition.ts';
import { checkedStage } from '../contract/names.ts';
import { CoreStack } from './core-stack.ts';
import type { JobResources } from './job-resources.ts';
import { JobStack } from './job-stack.ts';

/** A job type to deploy. */
export interface JobSource {
  readonly definition: JobDefinition;
  /** File that exports its `handler`. */
  readonly entry: string;
  /** What its `resources.ts` exports, if it has one. */
  readonly resources?: JobResources | undefined;
}

/** What {@link buildApp} builds from. */
export interface AppSource {
  readonly jobs: readonly JobSource[];
  /** File that exports the dispatcher's `handler`. @default Sluice's own */
  readonly dispatcherEntry?: string;
  /** For tests: cdk.json's context, which the CDK's command passes otherwise. */
  readonly props?: AppProps;
}

/**
 * Builds the CDK app: a core stack and one stack a job type.
 *
 * Context: `stage` (default `dev`), `emulator` (its kind, on a machine without AWS), and what job types ask for.
 * Stages whose name starts with `dev`, and emulators, are disposable: destroyed with all they hold.
 *
 * @throws JobDefinitionError if two definitions share a type; RangeError if the stage is none
 */
export function buildApp({ jobs, dispatcherEntry = ownDispatcher(), props }: AppSource): App {
  const app = new App(props);
  const setting = (name: string): string | undefined => {
    const value: unknown = app.node.tryGetContext(name);
    return value === undefined || value === null ? undefined : String(value);
  };
  const stage = checkedStage(setting('stage') ?? 'dev');
  const disposable = stage.startsWith('dev') || setting('emulator') !== undefined;
  const types = jobs.map(({ definition }) => definition.type);
  checkDistinct(types);
  const core = new CoreStack(app, { stage, disposable, dispatcherEntry, types });
  for (const { definition, entry, resources } of jobs) {
    const stack = new JobStack(app, { stage, disposable, definition, entry });
    stack.addStackDependency(core, 'names its table and its topic');
    resources?.({ scope: stack, consumer: stack.consumer, queue: stack.queue, stage, disposable, setting });
  }
  Tags.of(app).add('sluice:stage', stage);
  return app;
}

/** By its path, not by an import: nothing here runs in a Lambda function. Compiled or not, it has this file's ending. */
function ownDispatcher(): string {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../functions/dispatcher/handler.${ending}`, import.meta.url));
}

function checkDistinct(types: readonly string[]): void {
  const twice = types.find((type, i) => types.indexOf(type) !== i);
  if (twice !== undefined) {
    throw new JobDefinitionError(`two definitions have the type "${twice}": each names a queue and a stack of its own`);
  }
}
