import { Stack, Stage, Tags, Token } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Grant, IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { type BundleOptions, defineBundle } from '../../bundle/define-bundle.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { JobDefinitionError } from '../../contract/errors.ts';
import { optional, prefixOf } from '../../contract/names.ts';
import { grantEnqueue, grantSend, letPut } from '../access/grant-enqueue.ts';
import { grantWrites } from '../access/grant-enqueue-write.ts';
import { differing } from '../checks/own-parts.ts';
import type { SluiceFunction } from '../functions/sluice-function.ts';
import type { JobAlarm } from '../monitoring/alarm-names.ts';
import { checkNameLengths } from '../name-lengths.ts';
import type { CommonSettings } from '../stage-settings.ts';
import { keyOf } from './dispatcher-rights.ts';
import { type ForeignQueue, theirQueue } from './foreign-queue.ts';
import { type JobTypeSettings, makeJobType } from './job-type-parts.ts';

/** A stage, as its job types know it: `new Sluice(…)`. */
export interface ISluice extends IConstruct {
  readonly settings: CommonSettings;
  /** The jobs table. */
  readonly table: IDependable;
  readonly dispatcher: IDependable;
  /** The stage's key, if it has one. */
  readonly key: IKey | undefined;
}

/** Settings of {@link JobType}. */
export interface JobTypeProps {
  /** The stage that it belongs to, of the same account and region. Its stack may be another. */
  readonly sluice: ISluice;
  /** Made by `defineJob`. */
  readonly definition: JobDefinition;
  /** Path of the file that exports the job type's `handler`. */
  readonly entry: string;
  /** Variables of the function, beside Sluice's own. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Invocations that the account keeps free for it: at least the definition's `maxConcurrency`. @default none */
  readonly reservedConcurrency?: number;
  /**
   * The VPC that the function runs in. Its subnets must reach SQS, DynamoDB and EventBridge: by a NAT gateway, or by endpoints.
   * @default none
   */
  readonly vpc?: IVpc;
  /** @default private subnets, else isolated ones */
  readonly vpcSubnets?: SubnetSelection;
  /** @default one of its own, which lets everything out and nothing in */
  readonly securityGroups?: readonly ISecurityGroup[];
  /**
   * Layers for arm64, at most five with those of `bundle`. With one that brings an extension, Lambda sends SIGTERM before it ends
   * a process: jobs that run are put back at once, and do not wait for their lease. @default none
   */
  readonly layers?: readonly ILayerVersion[];
  /**
   * What the bundle needs beside its code, as `defineBundle` takes it: `install` for packages with native code, `external`,
   * `assets`, `loader`, `layers`. @default what the `bundle.ts` beside the entry says
   */
  readonly bundle?: BundleOptions;
  /** A name for its queue. Producers then need its URL (`queueUrls`). @default the fixed one, `<app>-<stage>-<type>` */
  readonly queueName?: string;
  /**
   * A queue that somebody else made, of this app or another: it is consumed, and none is made. What is dead-lettered goes to
   * `deadLetterQueue` all the same. @default one is made
   */
  readonly queue?: IQueue | ForeignQueue;
  /** Whether it has a dashboard of its own. @default as the stage's `jobDashboards` */
  readonly dashboard?: boolean;
}

/**
 * One job type, in a stack of your own: its queue and dead-letter queue, its consumer, its alarms and its dashboard. All follow
 * from the definition. Names are fixed (`<app>-<stage>-<type>`), so a stage has each type once.
 *
 * @throws JobDefinitionError, RangeError or TypeError that says what of the properties is wrong
 * @example
 * const sluice = new Sluice(this, 'Jobs', { stage: 'prod' });
 * const sendEmail = new JobType(this, 'SendEmail', { sluice, definition: sendEmailJob, entry: 'src/send-email.ts' });
 * sendEmail.grantEnqueue(signUpFunction);
 */
export class JobType extends Construct {
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
  /** The function: grant to it, add environment to it. */
  readonly consumer: SluiceFunction;
  /** By what they watch, those of schedules left out. */
  readonly alarms: Readonly<Partial<Record<JobAlarm, IAlarm>>>;
  /** The stage's key, for all that holds payloads; undefined where AWS's own keys do. */
  readonly key: IKey | undefined;
  readonly #type: string;
  /** Where it is not that of the fixed name. */
  readonly #queueArn: string | undefined;
  readonly #keyRights: readonly PolicyStatement[];
  readonly #stage: CommonSettings;

  constructor(scope: Construct, id: string, props: JobTypeProps) {
    super(scope, id);
    checkProps(this, props);
    const { sluice, definition, entry, environment, reservedConcurrency, layers, queueName } = props;
    const own = {
      definition,
      entry,
      environment,
      reservedConcurrency,
      layers,
      queueName,
      theirs: props.queue === undefined ? undefined : theirQueue(this, props.queue, definition),
      ...networkOf(props),
      ...bundleOf(props),
    };
    const { settings } = sluice;
    const isBeside = Stack.of(sluice) === Stack.of(this);
    const core = isBeside ? { table: sluice.table, dispatcher: sluice.dispatcher, key: sluice.key } : undefined;
    const parts = makeJobType(this, {
      ...settings,
      ...own,
      jobDashboards: props.dashboard ?? settings.jobDashboards,
      core,
    });
    this.queue = parts.queue;
    this.deadLetterQueue = parts.deadLetterQueue;
    this.consumer = parts.consumer;
    this.alarms = parts.alarms;
    this.key = parts.key;
    this.#type = definition.type;
    this.#queueArn = (own.theirs ?? queueName) === undefined ? undefined : parts.queue.queueArn;
    this.#keyRights = keyOf(own.theirs);
    this.#stage = settings;
    Tags.of(this).add('sluice:stage', settings.stage);
    if (isBeside || Stage.of(sluice) !== Stage.of(this)) return;
    Stack.of(this).addStackDependency(Stack.of(sluice), 'names its table and its topic');
  }

  /**
   * Lets a function, or whatever else has a role, send jobs of this type with `sluice/producer`. Its stack gets no reference to this
   * one, where the queue has its fixed name.
   *
   * @param grantee a construct of the account and region that the queue is in
   * @param options `look`: whether it may read the jobs table, as the producer's `onDuplicate: 'look'` does. @default false
   * @throws RangeError for a grantee that is known to be of another account or region
   */
  grantEnqueue(grantee: IGrantable & Construct, { look = false }: { readonly look?: boolean } = {}): Grant {
    this.#checkBeside(grantee, "name its role in the stage's producers");
    const { stage, encrypted, payloads } = this.#stage;
    if (payloads) letPut(grantee, { stage, types: [this.#type], encryption: encrypted ? 'kms' : undefined });
    const target = { stage, look, ...(encrypted && { encryption: 'kms' as const }) };
    const arn = this.#queueArn;
    if (arn === undefined) return grantEnqueue(grantee, { ...target, types: [this.#type] });
    for (const statement of this.#keyRights) grantee.grantPrincipal.addToPrincipalPolicy(statement);
    return grantSend(grantee, { ...target, queues: [arn] });
  }

  /**
   * Lets it write the type's jobs in DynamoDB transactions of its own, as `enqueueWrite` makes them.
   *
   * @param options `wake`: whether it may send such a job at once, as `wake` does. @default false
   * @throws RangeError for a grantee that is known to be of another account or region: a transaction knows one
   */
  grantEnqueueWrite(grantee: IGrantable & Construct, { wake = false }: { readonly wake?: boolean } = {}): Grant {
    this.#checkBeside(grantee, 'a transaction writes tables of one account and region');
    const { stage, encrypted } = this.#stage;
    const queues = [this.#queueArn ?? this.queue.queueArn];
    if (wake) for (const statement of this.#keyRights) grantee.grantPrincipal.addToPrincipalPolicy(statement);
    return grantWrites(grantee, { stage, types: [this.#type], queues, wake, ...(encrypted && { encryption: 'kms' }) });
  }

  #checkBeside(grantee: IGrantable & Construct, way: string): void {
    const other = differing(grantee, this);
    if (other === undefined) return;
    throw new RangeError(`${grantee.node.path} is of another ${other} than the queue of ${this.node.path}: ${way}`);
  }
}

function networkOf({ vpc, vpcSubnets, securityGroups }: JobTypeProps): Pick<JobTypeSettings, 'network'> {
  if (vpc === undefined) return {};
  return { network: { vpc, ...optional('vpcSubnets', vpcSubnets), ...optional('securityGroups', securityGroups) } };
}

const bundleOf = ({ bundle }: JobTypeProps): Pick<JobTypeSettings, 'bundle'> =>
  bundle === undefined ? {} : { bundle: defineBundle(bundle) };

function checkProps(scope: JobType, props: JobTypeProps): void {
  const { sluice, definition, entry, environment = {} } = props;
  const { path } = scope.node;
  if (sluice?.settings?.stage === undefined) {
    throw new TypeError(`${path}: sluice must be the stage, made by new Sluice(…), got ${shown(sluice)}`);
  }
  if (!isDefinition(definition)) {
    throw new JobDefinitionError(`${path}: definition must be made by defineJob, got ${shown(definition)}`);
  }
  if (typeof entry !== 'string' || entry === '') {
    throw new TypeError(`${path}: entry must be the path of the file that exports "handler", got ${shown(entry)}`);
  }
  const other = differing(sluice, scope);
  if (other !== undefined) {
    const [own, stages] = [scope, sluice].map((one) => Stack.of(one)[other]);
    throw new RangeError(
      `${path} is of ${other} ${own}, its sluice (${sluice.node.path}) of ${other} ${stages}: table and topic must be beside it, so make a Sluice there, too`,
    );
  }
  const needless = (['vpcSubnets', 'securityGroups'] as const).find((name) => props[name] !== undefined);
  if (props.vpc === undefined && needless !== undefined)
    throw new RangeError(`${path}: ${needless} needs vpc beside it`);
  checkQueueName(path, props);
  const taken = Object.keys(environment).find((name) => /^(SLUICE_|AWS_LAMBDA_)/.test(name));
  if (taken !== undefined)
    throw new RangeError(`${path}: environment must leave out ${taken}: Sluice or Lambda sets it`);
  checkNameLengths(sluice.settings.stage, [definition.type]);
}

function checkQueueName(path: string, { sluice, queueName, queue }: JobTypeProps): void {
  if (queueName === undefined) return;
  if (queue !== undefined) {
    throw new RangeError(`${path}: queueName is for a queue that is made, queue is one that is there: leave one out`);
  }
  const prefix = `${prefixOf(sluice.settings.stage)}-`;
  if (/^[A-Za-z0-9_-]{1,80}$/.test(queueName) && !queueName.startsWith(prefix)) return;
  throw new RangeError(
    `${path}: queueName must be 1 to 80 letters, digits, hyphens and underscores, and not begin with ${prefix}, as fixed names do, got ${shown(queueName)}`,
  );
}

/** A frozen object with a type and a schema: it may be of another copy of the package. */
function isDefinition(value: unknown): value is JobDefinition {
  const { type, payload, retry, alarms } = (value ?? {}) as Partial<JobDefinition>;
  return typeof type === 'string' && typeof payload?.safeParse === 'function' && !!retry && !!alarms;
}

function shown(value: unknown): string {
  if (Token.isUnresolved(value)) return 'a token';
  if (typeof value === 'object' && value !== null)
    return `an object with ${Object.keys(value).join(', ') || 'nothing'}`;
  return JSON.stringify(value) ?? String(value);
}
