import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { JobType, type JobTypeProps, Sluice, type SluiceProps } from '#sluice/infra';
import { cdkJson, HANDLER, plain } from './fixture.ts';
import { type Resource, resourcesIn } from './template.ts';

/** The CDK app of a team that has stacks already. Nothing is bundled. */
export const ownApp = (context: Readonly<Record<string, unknown>> = {}): App =>
  new App({ context: { ...cdkJson.context, 'aws:cdk:bundling-stacks': [], ...context } });

export const ownStack = (app: App = ownApp(), id = 'Shop', props: StackProps = {}): Stack => new Stack(app, id, props);

/** A stage in a stack, which cdk-nag looks at only where a test says so. */
export const sluiceIn = (stack: Stack, props: Partial<SluiceProps> = {}): Sluice =>
  new Sluice(stack, 'Jobs', { stage: 'prod', securityChecks: false, ...props });

export const jobTypeIn = (stack: Stack, props: Partial<JobTypeProps> & Pick<JobTypeProps, 'sluice'>, id = 'Plain') =>
  new JobType(stack, id, { definition: plain, entry: HANDLER, ...props });

export const resourcesOf = (stack: Stack): readonly Resource[] => resourcesIn(Template.fromStack(stack).toJSON());

/** What a synth of the app says is wrong; empty if all is well. */
export function faultsOf(app: App): string {
  try {
    app.synth();
    return '';
  } catch (error) {
    // A report wraps its lines.
    return (error as Error).message.replaceAll(/[\s│]+/g, ' ');
  }
}
