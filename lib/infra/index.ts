/** What a CDK app of another repository builds from. */
export { type AppSource, buildApp, type JobSource } from './app.ts';
export { CoreStack, type CoreStackProps } from './core-stack.ts';
export { grantEnqueue } from './grant-enqueue.ts';
export type { JobResources } from './job-resources.ts';
export { JobStack, type JobStackProps } from './job-stack.ts';
