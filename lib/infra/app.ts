import { App, type AppProps, Tags } from 'aws-cdk-lib';
import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { JobDefinitionError } from '../contract/errors.ts';
import { names, prefixOf } from '../contract/names.ts';
import { checkTemplates } from './checks/template-rules.ts';
import { CoreStack, type CoreStackProps } from './core-stack.ts';
import { ownDispatcher } from './dispatcher-entry.ts';
import { expectBundles } from './functions/bundles.ts';
import { bundleRequest, readsS3 } from './functions/function-code.ts';
import type { JobResources } from './job/job-resources.ts';
import { JobStack } from './job/job-stack.ts';
import { leaveOut } from './leave-out.ts';
import { checkNameLengths } from './name-lengths.ts';
import { stageSettings } from './stage-settings.ts';
import { chooseStage, refuseUnread } from './stages/choose.ts';
import type { StageProfiles } from './stages/profile.ts';

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
  /** The stages and their settings, by the name that `-c stage=` chooses. @default none: `-c` says all */
  readonly stages?: StageProfiles;
  /** File that exports the dispatcher's `handler`. @default Sluice's own */
  readonly dispatcherEntry?: string;
  /** For tests: cdk.json's context, which the CDK's command passes otherwise. */
  readonly props?: AppProps;
}

/**
 * Builds the CDK app: a core stack and one stack a job type.
 *
 * Context (`-c name=value`):
 * - `stage`, default `dev`, and `app`, default `sluice`: what all names begin with
 * - `emulator`: its kind, on a machine without AWS; `leaveOut`: resource types that it refuses
 * - `alarmEmail`: addresses, separated by commas
 * - `runbook`: address of the page that alarms link to, default `lib/operator/README.md`
 * - `encryption=kms` with `region`: a customer-managed key
 * - `payloads=on`: a bucket for payloads that make a message larger than 256 KB
 * - `allowedProducers`: accounts and ARNs that may send jobs
 * - `jobDashboards=off`: only the stage's dashboard
 * - `disposable=true`: the stage's data is deleted with its stacks
 * - `weaken`: the stage's own name, if the deploy may weaken it
 * - `securityChecks=off`: no cdk-nag, for organisations that run checks of their own
 * - and the settings of job types
 *
 * A stage that `stages` has takes them from there, and `-c` may not contradict it. Stages that say so (`disposable=true`), and
 * emulators, are disposable: their data is deleted with their stacks.
 *
 * @throws JobDefinitionError if two definitions share a type; RangeError if a setting is invalid
 */
export function buildApp({ jobs, stages = {}, dispatcherEntry = ownDispatcher(), props }: AppSource): App {
  // Nothing of Sluice reads tree.json, and of 300 job types it takes 40 MB and an eighth of the CDK's own time.
  const app = new App({ treeMetadata: false, ...props });
  const given = settingsIn(app);
  const chosen = chooseStage(stages, { given, account: process.env.CDK_DEFAULT_ACCOUNT });
  for (const [name, value] of Object.entries(chosen?.context ?? {})) app.node.setContext(name, value);
  const asked = new Set<string>();
  const setting = (name: string): string | undefined => {
    asked.add(name);
    return given(name);
  };
  const settings = stageSettings(given);
  const { stage, disposable } = settings;
  const definitions = jobs.map(({ definition }) => definition);
  const types = definitions.map(({ type }) => type);
  checkDistinct(types);
  checkNameLengths(stage, types);
  expectBundles(app, [
    bundleRequest(app, { functionName: names.dispatcher(stage), entry: dispatcherEntry, disposable }),
    ...jobs.map(({ definition, entry }) => {
      const functionName = names.consumer(stage, definition.type);
      const { tracing } = definition;
      return bundleRequest(app, { functionName, entry, tracing, s3: readsS3(settings, definition), disposable });
    }),
  ]);
  const core = new CoreStack(app, { ...settings, dispatcherEntry, chosen });
  for (const { definition, entry, resources } of jobs) {
    const stack = new JobStack(app, { ...settings, definition, entry });
    stack.addStackDependency(core, 'names its table and its topic');
    const { consumer, queue, key } = stack;
    resources?.({ scope: stack, consumer, queue, key, stage, prefix: prefixOf(stage), disposable, setting });
  }
  if (chosen !== undefined) refuseUnread(chosen, asked);
  checkTemplates(app);
  leaveOut(app, given('leaveOut'));
  Tags.of(app).add('sluice:stage', stage);
  return app;
}

/** What an app of {@link buildApp} was built with. @throws TypeError for another's */
export function settingsOf(app: App): CoreStackProps {
  const core = app.node.children.find((child) => child instanceof CoreStack);
  if (core === undefined) throw new TypeError('the app has no core stack');
  return core.settings;
}

/** `-c name=value`, cdk.json's context, and what was set since. */
const settingsIn =
  (app: App) =>
  (name: string): string | undefined => {
    const value: unknown = app.node.tryGetContext(name);
    return value === undefined || value === null ? undefined : String(value);
  };

function checkDistinct(types: readonly string[]): void {
  const twice = types.find((type, i) => types.indexOf(type) !== i);
  if (twice !== undefined) {
    throw new JobDefinitionError(`two definitions have the type "${twice}": each names a queue and a stack of its own`);
  }
}
