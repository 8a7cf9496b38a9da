import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeRuleCommand, ListRuleNamesByTargetCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { toItem } from '../../aws/marshal.ts';
import { names } from '../../contract/names.ts';
import { SCHEMA, SCHEMA_ITEM, schemaOf } from '../../contract/protocol/schema.ts';
import { flagsOf, nowOf, type Stage } from '../aws.ts';
import { sourcesOf } from '../elsewhere.ts';
import { runningState, runningStates } from '../queues/event-source.ts';
import { typeQueues } from '../stage.ts';
import { bad, type Check, deployAgain, deployIt, type Finding, note, ok, orOk } from './finding.ts';

/** Every stack exists and its last deploy succeeded; what is deployed is what the catalogue has. */
export const stacks: Check = async ({ stage, types, definitions }) => {
  const wanted = [names.coreStack(stage.name), ...types.map((type) => names.jobStack(stage.name, type))];
  const found = await Promise.all(wanted.map((name, i) => stackFinding(stage, name, types[i - 1])));
  const missing = definitions
    .filter(({ type, retired }) => !retired && !types.includes(type))
    .map(({ type }) => {
      const todo = deployIt(stage, names.jobStack(stage.name, type));
      return note('stacks', `${type} is in the catalogue and not deployed`, todo);
    });
  const foreign = types
    .filter((type) => !definitions.some((definition) => definition.type === type))
    .map((type) => note('stacks', `${type} is deployed and not in the catalogue`, REMOVE_IT));
  return orOk([...found.flat(), ...missing, ...foreign], ok('stacks', `${wanted.length} deployed`));
};

const REMOVE_IT =
  'leave it if another branch has it; else bring its definition back with retired: true, deploy it, and this check says how ' +
  'it goes (lib/infra/job/README.md, "Remove a type")';

/** @param type undefined for core */
async function stackFinding(stage: Stage, StackName: string, type: string | undefined): Promise<Finding[]> {
  const { aws } = stage;
  try {
    const { Stacks = [] } = await aws.cloudFormation.send(new DescribeStacksCommand({ StackName }));
    const status = Stacks[0]?.StackStatus ?? 'absent';
    if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return [];
    const todo = `look at its events in the CloudFormation console, then ${deployIt(stage, StackName)}`;
    return [bad('stacks', `${StackName} is ${status}`, todo)];
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ValidationError') throw error;
    if (await isInAnother(stage, type)) return [];
    return [bad('stacks', `${StackName} does not exist`, deployIt(stage, StackName))];
  }
}

/** Whether constructs made it, in a stack of a team's own: the functions of those that are deleted are gone. */
async function isInAnother(stage: Stage, type: string | undefined): Promise<boolean> {
  if (type !== undefined) return (await sourcesOf(stage, type)).length > 0;
  const FunctionName = names.dispatcher(stage.name);
  return stage.aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })).then(
    () => true,
    () => false,
  );
}

export const eventSources: Check = async ({ stage, types }) => {
  const known = await runningStates(stage, await typeQueues(stage));
  // A type of which one queue is missing is asked for by itself.
  const stateOf = async (type: string) => known[type] ?? (await runningState(stage, type));
  const states = await Promise.all(types.map(async (type) => ({ type, state: await stateOf(type) })));
  const wrong = states
    .filter(({ state }) => state !== 'running')
    .map(({ type, state }) =>
      state === 'missing'
        ? bad('event sources', `${type} has none: its jobs wait`, deployAgain(stage, names.jobStack(stage.name, type)))
        : bad('event sources', `${type} is ${state}: its jobs wait`, `npx sluice resume ${type}${flagsOf(stage)}`),
    );
  return orOk(wrong, ok('event sources', `${types.length} running`));
};

/** The dispatcher ticks each minute, and logs take some seconds more. */
const LATE_TICK_MS = 3 * 60_000;

/** The rule that calls the dispatcher is enabled, and a tick finished within three minutes. */
export const dispatcher: Check = async ({ stage }) => {
  const { aws, name } = stage;
  const FunctionName = names.dispatcher(name);
  const { FunctionArn } = await aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const { RuleNames = [] } = await aws.eventBridge.send(new ListRuleNamesByTargetCommand({ TargetArn: FunctionArn }));
  const rules = await Promise.all(RuleNames.map((Name) => aws.eventBridge.send(new DescribeRuleCommand({ Name }))));
  const core = names.coreStack(name);
  if (!rules.some(({ State }) => State === 'ENABLED')) {
    const what = RuleNames.length === 0 ? 'no rule calls the dispatcher' : `rule ${RuleNames.join(', ')} is disabled`;
    const enable = RuleNames.map((rule) => `aws events enable-rule --name ${rule}, or `).join('');
    return [bad('dispatcher', `${what}: parked jobs do not start`, `${enable}${deployAgain(stage, core)}`)];
  }
  const nowMs = nowOf(stage);
  const command = new FilterLogEventsCommand({
    logGroupName: `/aws/lambda/${FunctionName}`,
    startTime: nowMs - LATE_TICK_MS,
    filterPattern: '{ $.message = "dispatch.finished" }',
  });
  const { events = [] } = await aws.logs.send(command);
  const last = Math.max(...events.filter(isTick).map(({ timestamp = 0 }) => timestamp));
  const schema = await schemaFindings(stage);
  if (schema.length > 0) return schema;
  if (last > 0) return [ok('dispatcher', `ticked ${Math.round((nowMs - last) / 1000)} s ago`)];
  const todo = `look at the latest errors in log group /aws/lambda/${FunctionName}`;
  return [bad('dispatcher', `did not finish a tick within ${LATE_TICK_MS / 60_000} minutes`, todo)];
};

/** Core says a number in the table; one that is too low keeps the consumers of this version from running jobs. */
async function schemaFindings(stage: Stage): Promise<Finding[]> {
  const TableName = names.jobsTable(stage.name);
  const command = new GetItemCommand({
    ...{ TableName, Key: { id: { S: SCHEMA_ITEM } }, ConsistentRead: true },
    // The right to look is for named attributes alone.
    ...{ ProjectionExpression: '#schema', ExpressionAttributeNames: { '#schema': 'schema' } },
  });
  const { Item } = await stage.aws.dynamoDb.send(command);
  const found = schemaOf(Item && toItem(Item));
  const numbers = `schema ${found}, this version has ${SCHEMA}`;
  if (found > SCHEMA) {
    return [note('dispatcher', `core is of a newer version (${numbers})`, 'use the command of that version')];
  }
  if (found === SCHEMA) return [];
  const what = `core is of an earlier version (${numbers}): consumers of this one keep their messages`;
  return [bad('dispatcher', what, deployIt(stage, names.coreStack(stage.name)))];
}

const isTick = ({ message = '' }) => message.includes('dispatch.finished');
