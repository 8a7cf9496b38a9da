import { Stack, Token } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct, IDependable } from 'constructs';
import type { BundleOptions } from '../../bundle/define-bundle.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { JobDefinitionError } from '../../contract/errors.ts';
import { prefixOf } from '../../contract/names.ts';
import { differing } from '../checks/own-parts.ts';
import { checkNameLengths } from '../name-lengths.ts';
import type { CommonSettings } from '../stage-settings.ts';
import type { ForeignQueue } from './foreign-queue.ts';

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

/** @throws JobDefinitionError, RangeError or TypeError that says what of the properties is wrong */
export function checkProps(scope: IConstruct, props: JobTypeProps): void {
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
