import type { Told } from '../follow.ts';

/** Advice that this register does not follow: where it is followed, or why no test can. */
export const TOLD: readonly Told[] = [
  // Typed at a shell: compared with what npm, the CDK's command line and the SDK know.
  { says: 'npm ', by: 'each script exists: typed-elsewhere.test.ts' },
  { says: 'npx cdk ', by: 'each option and stack exists: typed-elsewhere.test.ts. A deploy needs AWS' },
  {
    says: '(and every other -c of its last deploy)',
    by: 'a deploy needs AWS. What a setting does that is left out: infra/app.test.ts',
  },
  {
    says: 'aws ',
    by: 'each operation and parameter exists: typed-elsewhere.test.ts. `aws sso`, `configure` and `logs tail` are AWS’s own',
  },
  {
    says: 'source .sluice/local.env',
    by: 'bin/cli/local.test.ts reads the file; localstack/local-env.test.ts writes it',
  },

  // Done in this repository's own tests, by other doors.
  {
    says: 'bring its definition back with retired: true',
    by: 'operator/doctor/retired.test.ts: what doctor then says, and its commands',
  },
  {
    says: 'use AWS_PROFILE=… in its place',
    by: 'infra/guard.test.ts: what the CDK hands on to the app is its own affair',
  },
  {
    says: 'Redrive or purge some of these first',
    by: 'operator/dead-letters/quota.test.ts: SQS’s quota of 120,000 is no test of a terminal',
  },
  {
    says: '--port must be 0 to 65535',
    by: 'bin/cli/console.test.ts: what a port may be is no command',
  },
  { says: 'send it again: <…>', by: 'its command is followed here' },
  { says: 'look again with <…>', by: 'its command is followed here' },
  { says: 'then <…>', by: 'its command is told above' },
  {
    says: '5 AWS did not answer as it should, try again',
    by: 'the failures that are followed here; bin/cli/exit-codes.test.ts',
  },
  {
    says: 'its job is not dead: send it back as it is',
    by: 'the command says it in its own words, which are followed here',
  },
  {
    says: 'unset AWS_USE_FIPS_ENDPOINT',
    by: 'operator/failure.test.ts has the SDK’s own refusal; unset, the SDK does not look',
  },
  {
    says: 'there are more than were read: run the same command again',
    by: 'operator/jobs/list-queries.test.ts: a list that is cut says so; 100,000 parked jobs are no test of a terminal',
  },
  { says: 'a corrected body is for one job: choose one', by: 'operator/dead-letters/redrive-jobs.test.ts' },
  { says: 'begin with the first page', by: 'operator/parked/waiting.test.ts: the command names no place' },
  { says: 'job types at most, got <…>: choose some', by: 'operator/jobs/insights.test.ts' },
  { says: 'ask for a shorter time, or for less', by: 'operator/jobs/insights.test.ts' },
  { says: 'stay with it', by: 'localstack/local-env.test.ts' },
  { says: '--emulator must be', by: 'localstack/emulator.test.ts' },
  { says: '--emulator=embedded', by: 'localstack/emulator.test.ts takes each kind by its name' },

  {
    says: 'may their consumer send to those queues? Look for its errors; if their messages were purged, send each again with the same id and payload',
    by: 'operator/doctor/lost.test.ts has the finding; what its message then sends is a row of the engine',
  },

  // Of `testJob`.
  { says: 'write handsOn in its definition, or leave out <…>', by: 'testing/test-job/staged.test.ts' },
  { says: 'hand over the work (perform)', by: 'testing/test-job/advice.test.ts' },
  { says: 'fake the date only', by: 'testing/test-job/advice.test.ts' },
  { says: 'Plan only what the job lives to meet, or give Infinity.', by: 'testing/test-job/advice.test.ts' },
  { says: 'give patienceMs; to see it run into its timeout, use hangs()', by: 'testing/test-job/advice.test.ts' },
  { says: 'make in the producer what it makes, and send it', by: 'testing/test-job/advice.test.ts' },
  { says: 'name it to testJob as tables:', by: 'testing/test-job/advice.test.ts' },
  {
    says: 'test this write against a DynamoDB of its own',
    by: 'a DynamoDB is not there: what the one in memory does not know',
  },

  {
    says: 'delete its folder and take it out of the catalogue',
    by: 'an editor’s work: unit/bin/catalogue.test.ts deploys what the catalogue has left',
  },

  // The runbook. Names that stand in its code are compared with the sources: advice.test.ts.
  { says: 'Begin with `export SLUICE_STAGE=<stage>`', by: 'bin/cli/state.test.ts' },
  { says: 'Deploy with `-c alarmEmail=', by: 'infra/core-stack.test.ts' },
  {
    says: 'Choose a *custom destination*',
    by: 'a page of AWS; what the move does to a job: fidelity, sqs-move-tasks.ts',
  },
  { says: 'Roll back to the commit before', by: 'integration/operation.test.ts rolls a deployed type back' },
  { says: 'change it back by hand', by: 'a page of AWS' },
  { says: 'raise `memoryMb`', by: 'infra/job/job-stack.test.ts: the function has what the definition says' },
  {
    says: 'Ask AWS for more, or lower the `maxConcurrency`',
    by: 'infra/job/job-stack.test.ts: the event source has it; the rest is AWS’s',
  },
  { says: 'await it, or handle its error', by: 'engine/job/left-behind.test.ts' },
  { says: 'Just wait.', by: 'engine/job/batch.test.ts: a batch comes back after its visibility timeout' },
  {
    says: 'Send it again with a corrected body, or roll back and redrive',
    by: 'integration/operation.test.ts; the body: bin/cli/dlq.test.ts',
  },
  { says: 'wait, and run it again.', by: 'SQS’s 60 s: the local deploy does it by itself, localstack/deploy.ts' },
  { says: 'Watch "Most overdue parked job" fall on the dashboard.', by: 'infra/monitoring/dashboard.test.ts draws it' },
  { says: "Find a job's by `sluice.job.id`", by: 'runtime/spans.test.ts' },
  ...[
    ...[
      'Fix the cause.',
      'Look at the function',
      'Read the log of',
      'Check that its EventBridge rule is enabled',
      'Read on at',
    ],
    ...['leave it.', 'deploy the fix.', 'look at the last deploy.', 'Read its log.', 'Choose the time range there.'],
    'put its id in',
  ].map((says) => ({ says, by: 'a person reads and judges; the commands for it are followed here' })),
  ...['deploy a new version', 'change the retry policy', 'change the timeout', 'change the payload'].map((says) => ({
    ...{ says, by: 'no advice: what a change does, integration/operation.test.ts' },
  })),

  {
    says: 'Look for job.dead-letter-failed in its log',
    by: 'engine/message/dead-letter.test.ts; whether it may, only AWS knows',
  },
  { says: 'Look for job.publish-failed in its log', by: 'engine/calls/events.test.ts; whether it may, only AWS knows' },

  // Another version of Sluice, which no test has.
  {
    says: 'cdk deploy takes <…> first; with --exclusively, deploy it by itself before any job type',
    by: 'whether it says so: infra/guard.test.ts. A deploy needs AWS',
  },
  ...['use the command of that version', "use that version's command"].map((says) => ({
    ...{ says, by: 'there is no newer version yet: doctor/deployed.test.ts and jobs/cancel.test.ts' },
  })),

  // Only a person can do it, or only AWS can answer.
  { says: 'look at it in the CloudWatch console', by: 'a page of AWS' },
  { says: 'enable them in the CloudWatch console', by: 'a page of AWS' },
  { says: 'look at its events in the CloudFormation console', by: 'a page of AWS' },
  {
    says: 'go by queues, dead and this report',
    by: 'where an emulator’s alarms are worth little: integration/alarms.test.ts',
  },
  {
    says: '(check --region and --profile)',
    by: 'the options are followed here; whether the stage is there, only the account knows',
  },
  { says: 'try again', by: 'a refusal of SQS or DynamoDB that passes: the failures that are followed here' },

  {
    says: 'esbuild is not installed here: npm install --save-dev esbuild aws-cdk',
    by: 'package/package.test.ts: esbuild is a peer, which a project installs itself',
  },

  // No advice, though it sounds like one.
  { says: '--since: there is no such day as <…>', by: 'says what is wrong: bin/cli/options.test.ts' },
  {
    says: 'They start again at attempt 1 with the same ids. Send them back?',
    by: 'a question: bin/cli/dlq.test.ts answers it',
  },
  {
    says: 'from <…> to <…>. Send their jobs?',
    by: 'a question: bin/cli/schedules.test.ts answers it',
  },
];
