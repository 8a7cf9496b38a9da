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
    says: 'Redrive or purge some of these first',
    by: 'operator/dead-letters/quota.test.ts: SQS’s quota of 120,000 is no test of a terminal',
  },
  { says: 'send it again: <…>', by: 'its command is followed here' },
  { says: 'look again with <…>', by: 'its command is followed here' },
  { says: 'then <…>', by: 'its command is told above' },
  {
    says: '5 AWS did not answer as it should, try again',
    by: 'the failures that are followed here; bin/cli/exit-codes.test.ts',
  },
  { says: 'put the names alone in it', by: 'operator/authoring/new-job-type.test.ts' },
  { says: 'run this at the root of the repository', by: 'operator/authoring/new-job-type.test.ts' },
  { says: '<…> exists already: choose another type, or remove it', by: 'operator/authoring/new-job-type.test.ts' },
  {
    says: 'its job is not dead: send it back as it is',
    by: 'the command says it in its own words, which are followed here',
  },
  {
    says: 'send each again with the same id and payload (to end one, cancel it before)',
    by: 'operator/doctor/doctor.test.ts',
  },
  {
    says: 'run doctor in a checkout whose catalogue has it',
    by: 'operator/doctor/doctor.test.ts: the other checkout is a list of definitions',
  },
  { says: '<…> changed <…> times meanwhile; try again', by: 'operator/jobs/cancel.test.ts' },
  { says: 'DynamoDB did not answer for all items: try again in a minute', by: 'operator/jobs/lists.test.ts' },
  { says: 'send it as text', by: 'operator/send.test.ts' },
  {
    says: 'unset AWS_USE_FIPS_ENDPOINT',
    by: 'operator/failure.test.ts has the SDK’s own refusal; unset, the SDK does not look',
  },
  { says: 'stay with it', by: 'localstack/local-env.test.ts' },
  { says: '--emulator must be', by: 'localstack/emulator.test.ts' },
  { says: '--emulator=embedded', by: 'localstack/emulator.test.ts takes each kind by its name' },

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

  // No advice, though it sounds like one.
  { says: '--since: there is no such day as <…>', by: 'says what is wrong: bin/cli/options.test.ts' },
  {
    says: 'They start again at attempt 1 with the same ids. Send them back?',
    by: 'a question: bin/cli/dlq.test.ts answers it',
  },
];
