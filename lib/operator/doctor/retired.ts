import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { names } from '../../contract/names.ts';
import { flagsOf, isEmulator, type Stage } from '../aws.ts';
import { type QueueState, queues } from '../queues/queues.ts';
import { queuesOf } from '../stage.ts';
import { type Check, type Finding, note } from './finding.ts';

/** Whether types whose definition says `retired: true` are empty, and then the commands that remove them. */
export const retiredTypes: Check = async ({ stage, types, definitions }) => {
  const retired = definitions.filter((definition) => definition.retired);
  return Promise.all(
    retired.map(async ({ type }): Promise<Finding> => {
      if (!types.includes(type)) return note('retired types', `${type} is not deployed`, OUT_OF_CATALOGUE);
      const [state] = (await queues(stage, type)).queues;
      return state === undefined || isEmpty(state)
        ? note('retired types', `${type} is empty`, await removal(stage, type))
        : note('retired types', `${type} still has ${leftIn(state)}`, wayOn(stage, state));
    }),
  );
};

const OUT_OF_CATALOGUE = 'delete its folder and take it out of the catalogue';

const isEmpty = (state: QueueState): boolean => jobsIn(state) + state.dlq === 0;

/** Where not all parked jobs were seen, there are some. */
const jobsIn = ({ depth, inFlight, delayed, parked, truncated }: QueueState): number =>
  depth + inFlight + delayed + parked + (truncated ? 1 : 0);

const leftIn = ({ depth, inFlight, delayed, parked, dlq }: QueueState): string =>
  Object.entries({ waiting: depth, 'in flight': inFlight, delayed, parked, 'dead letters': dlq })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');

function wayOn(stage: Stage, state: QueueState): string {
  const { type } = state;
  if (jobsIn(state) > 0) return `npx sluice drain ${type}${flagsOf(stage)} waits for it`;
  return `npx sluice dead ${type}${flagsOf(stage)}; then npx sluice dlq redrive ${type}${flagsOf(stage)} or npx sluice dlq purge ${type}${flagsOf(stage)}`;
}

/** A stack that is protected keeps its queues when it goes: they are empty, and deleted last. */
async function removal(stage: Stage, type: string): Promise<string> {
  // A local stage deletes what the catalogue lacks.
  if (isEmulator(stage.endpoint)) return OUT_OF_CATALOGUE;
  return `to remove it: ${(await removalCommands(stage, type)).join(' && ')}; then ${OUT_OF_CATALOGUE}`;
}

async function removalCommands(stage: Stage, type: string): Promise<string[]> {
  const StackName = names.jobStack(stage.name, type);
  const { Stacks = [] } = await stage.aws.cloudFormation.send(new DescribeStacksCommand({ StackName }));
  const remove = [
    `aws cloudformation delete-stack --stack-name ${StackName}`,
    `aws cloudformation wait stack-delete-complete --stack-name ${StackName}`,
  ];
  if (Stacks[0]?.EnableTerminationProtection !== true) return remove;
  const { queueUrl, deadLetterQueueUrl, isElsewhere } = await queuesOf(stage, type);
  return [
    `aws cloudformation update-termination-protection --stack-name ${StackName} --no-enable-termination-protection`,
    ...remove,
    // A queue of another name may be somebody else's.
    ...[...(isElsewhere ? [] : [queueUrl]), deadLetterQueueUrl].map((url) => `aws sqs delete-queue --queue-url ${url}`),
  ];
}
