/** The constructs for a CDK app of another repository. */

export { grantEnqueue } from './access/grant-enqueue.ts';
export { type EnqueueWriteTarget, grantEnqueueWrite } from './access/grant-enqueue-write.ts';
export { grantCancel, grantRead, type JobsTarget } from './access/grant-read.ts';
export { grantSchedule, type ScheduleTarget } from './access/schedule-rights.ts';
export { grantKey } from './access/stage-key.ts';
export { type AppSource, buildApp, type JobSource } from './app.ts';
export { appSource } from './app-source.ts';
export { acknowledge, acknowledgeWildcard } from './checks/security.ts';
export { CoreStack, type CoreStackProps } from './core-stack.ts';
export { guardedApp } from './guarded-app.ts';
export type { ForeignQueue } from './job/foreign-queue.ts';
export type { JobResources } from './job/job-resources.ts';
export { JobStack, type JobStackProps } from './job/job-stack.ts';
export { JobType } from './job/job-type.ts';
export type { ISluice, JobTypeProps } from './job/job-type-props.ts';
export { Sluice, type SluiceProps } from './sluice.ts';
export { removalPolicy } from './stage-settings.ts';
export type { StageProfile, StageProfiles } from './stages/profile.ts';
