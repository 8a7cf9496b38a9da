import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { names, STAGE_OUTPUT } from '../contract/names.ts';
import { SCHEMA } from '../contract/protocol/schema.ts';
import type { CoreStackProps } from './core-stack.ts';
import { type DeployedStage, olderCore, weakenings } from './stages/record.ts';

/** Clients of AWS, or replacements in tests. */
export interface GuardAws {
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly sts: Pick<STSClient, 'send'>;
}

/** Clients with the credentials that the environment names. */
export function connect(region = process.env.CDK_DEFAULT_REGION): GuardAws {
  const config = { maxAttempts: 2, ...(region !== undefined && { region }) };
  return { cloudFormation: new CloudFormationClient(config), sts: new STSClient(config) };
}

/** What the look needs. */
export interface GuardDeps {
  /** Account of the credentials that the CDK's command has; undefined if it has none. */
  readonly account: string | undefined;
  /** @param region the stage's, or undefined for that of the credentials */
  readonly connect: (region: string | undefined) => GuardAws;
  /** Gets a sentence if a stage that is not in `stages` could not be looked at. */
  readonly warn: (line: string) => void;
}

/**
 * Looks at what is deployed of a stage, and refuses what would weaken it, unless `-c weaken=` says its name.
 *
 * Without credentials nothing is looked at: nothing can be deployed either.
 *
 * @throws RangeError that says what would be weakened, or why a stage of `stages` could not be looked at
 */
export async function refuseWeaker(settings: CoreStackProps, { account, connect, warn }: GuardDeps): Promise<void> {
  if (account === undefined || settings.emulated) return;
  const { stage, weaken, chosen } = settings;
  const isOfOther = settings.account !== undefined && settings.account !== account;
  if (weaken === stage || isOfOther) return;
  const found = await look(connect(settings.region), { stage, account }).catch((error: unknown) => {
    const what = `what is deployed of stage "${stage}" could not be looked at (${reasonOf(error)})`;
    if (chosen === undefined) return warn(`${what}: nothing says whether this deploy would weaken it`);
    throw new RangeError(`${what}. ${WAYS_OUT}, or say that it may be weakened: -c weaken=${stage}`, { cause: error });
  });
  const older = found && olderCore(found);
  if (older !== undefined) warn(CORE_FIRST(stage, older));
  const weaker = found === undefined ? [] : weakenings(found, settings);
  if (weaker.length === 0) return;
  throw new RangeError(
    `this deploy would weaken stage "${stage}": ${weaker.join('; ')}. If it is meant so, say its name: -c weaken=${stage}. ` +
      `Else give it back what it had, in ${chosen === undefined ? 'its -c settings' : '"stages"'}`,
  );
}

const CORE_FIRST = (stage: string, schema: number) =>
  `core of stage "${stage}" is of schema ${schema}, this version needs ${SCHEMA}: cdk deploy takes ${names.coreStack(stage)} first; ` +
  'with --exclusively, deploy it by itself before any job type';

const WAYS_OUT =
  'The CDK does not hand on --profile: use AWS_PROFILE=… in its place, with the right cloudformation:DescribeStacks';

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** @returns undefined if the stage is not deployed */
async function look(
  { cloudFormation, sts }: GuardAws,
  { stage, account }: { readonly stage: string; readonly account: string },
): Promise<DeployedStage | undefined> {
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  if (Account !== account) throw new RangeError(`its credentials are of account ${Account}, the CDK’s of ${account}`);
  const StackName = names.coreStack(stage);
  const found = await cloudFormation
    .send(new DescribeStacksCommand({ StackName }))
    .then(({ Stacks = [] }): Stack | undefined => Stacks[0])
    .catch((error: unknown) => {
      // "Stack with id … does not exist" has no error name of its own.
      if (error instanceof Error && error.name === 'ValidationError') return undefined;
      throw error;
    });
  if (found === undefined) return undefined;
  const { Outputs = [], EnableTerminationProtection: isProtected = false } = found;
  return { isProtected, record: Outputs.find(({ OutputKey }) => OutputKey === STAGE_OUTPUT)?.OutputValue };
}
