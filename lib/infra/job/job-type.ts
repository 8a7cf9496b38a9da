import { Stack, Stage, Tags } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Grant, IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { defineBundle } from '../../bundle/define-bundle.ts';
import { optional } from '../../contract/names.ts';
import { grantEnqueue, grantSend, letPut } from '../access/grant-enqueue.ts';
import { grantWrites } from '../access/grant-enqueue-write.ts';
import { grantCancel, grantRead } from '../access/grant-read.ts';
import { differing } from '../checks/own-parts.ts';
import type { SluiceFunction } from '../functions/sluice-function.ts';
import type { JobAlarm } from '../monitoring/alarm-names.ts';
import type { CommonSettings } from '../stage-settings.ts';
import { keyOf } from './dispatcher-rights.ts';
import { theirQueue } from './foreign-queue.ts';
import { type JobTypeSettings, makeJobType } from './job-type-parts.ts';
import { checkProps, type JobTypeProps } from './job-type-props.ts';

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
    this.#checkBeside(grantee, 'queue', `name its role in the stage's producers`);
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
    this.#checkBeside(grantee, 'queue', 'a transaction writes tables of one account and region');
    const { stage, encrypted } = this.#stage;
    const queues = [this.#queueArn ?? this.queue.queueArn];
    if (wake) for (const statement of this.#keyRights) grantee.grantPrincipal.addToPrincipalPolicy(statement);
    return grantWrites(grantee, { stage, types: [this.#type], queues, wake, ...(encrypted && { encryption: 'kms' }) });
  }

  /**
   * Lets it look at jobs of this type with `sluice/client`: `status`, `waitFor`, `progress`. It reads results and errors, no payload.
   *
   * @param grantee a construct of the account and region that the stage is in
   * @throws RangeError for a grantee that is known to be of another account or region
   */
  grantRead(grantee: IGrantable & Construct): Grant {
    return this.#grant(grantRead, grantee);
  }

  /** Lets it cancel jobs of this type: a right to read and write all that the table holds of them. Else as {@link grantRead}. */
  grantCancel(grantee: IGrantable & Construct): Grant {
    return this.#grant(grantCancel, grantee);
  }

  #grant(grant: typeof grantRead, grantee: IGrantable & Construct): Grant {
    this.#checkBeside(grantee, 'jobs table', 'take a role that is beside it');
    const { stage, encrypted } = this.#stage;
    return grant(grantee, { stage, types: [this.#type], ...(encrypted && { encryption: 'kms' as const }) });
  }

  #checkBeside(grantee: Construct, what: string, way: string): void {
    const other = differing(grantee, this);
    if (other === undefined) return;
    throw new RangeError(`${grantee.node.path} is of another ${other} than the ${what} of ${this.node.path}: ${way}`);
  }
}

function networkOf({ vpc, vpcSubnets, securityGroups }: JobTypeProps): Pick<JobTypeSettings, 'network'> {
  if (vpc === undefined) return {};
  return { network: { vpc, ...optional('vpcSubnets', vpcSubnets), ...optional('securityGroups', securityGroups) } };
}

const bundleOf = ({ bundle }: JobTypeProps): Pick<JobTypeSettings, 'bundle'> =>
  bundle === undefined ? {} : { bundle: defineBundle(bundle) };
