import { createHash } from 'node:crypto';
import { Duration, Stack } from 'aws-cdk-lib';
import { Connections, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type CfnFunction,
  type ILayerVersion,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { BundleSettings } from '../../bundle/define-bundle.ts';
import type { TracingKind } from '../../contract/definition/tracing.ts';
import { acknowledgeWildcard } from '../checks/security.ts';
import { removalPolicy } from '../stage-settings.ts';
import { functionCode } from './function-code.ts';
import { makeFunctionRole } from './function-role.ts';
import { checkLayer, layersOf } from './layers.ts';
import { ANY_INTERFACE, checkReach, interfaceRights, type Network } from './network.ts';

/** Settings of {@link SluiceFunction}. */
export interface SluiceFunctionProps {
  readonly functionName: string;
  readonly description: string;
  /** File that exports `handler`. */
  readonly entry: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Record<string, string>;
  /** What the function may do, beside writing its log. */
  readonly statements: readonly PolicyStatement[];
  readonly disposable: boolean;
  /** Encrypts its log. @default CloudWatch Logs' own key */
  readonly key: IKey | undefined;
  /** Whether X-Ray traces each invocation, or OpenTelemetry each attempt. @default false */
  readonly tracing?: TracingKind;
  /** Whether what reads S3 is part of its bundle. @default false */
  readonly s3?: boolean;
  /** Invocations that the account keeps free for it. @default none */
  readonly reservedConcurrency?: number | undefined;
  /** Of its role. @default CloudFormation makes one */
  readonly roleName?: string | undefined;
  /** What its bundle needs beside its code. @default what the `bundle.ts` beside the entry says */
  readonly bundle?: BundleSettings | undefined;
  /** Beside those of its bundle. @default none */
  readonly layers?: readonly ILayerVersion[] | undefined;
  /** @default it runs in no VPC of yours */
  readonly network?: Network | undefined;
}

/** A Lambda function of Sluice: Node 24, arm64, one minified ES module, its own log group and role. */
export class SluiceFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: SluiceFunctionProps) {
    const code = functionCode(scope, props);
    super(scope, id, {
      functionName: props.functionName,
      description: props.description,
      code: code.code,
      layers: [...layersOf(scope, `${id}Layer`, code.layers), ...(props.layers ?? [])],
      handler: 'index.handler',
      // Active tracing adds the right to send segments on all resources: X-Ray defines no smaller one.
      ...(props.tracing === true && { tracing: Tracing.ACTIVE }),
      runtime: Runtime.NODEJS_24_X,
      // A fifth cheaper than x86_64 for the same work (AWS Lambda pricing).
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMb,
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
      role: makeFunctionRole(scope, `${id}Role`, props),
      logGroup: makeLogGroup(scope, `${id}Log`, props),
      loggingFormat: LoggingFormat.JSON,
      environment: {
        AWS_SDK_UA_APP_ID: appId(props.functionName),
        ...nodeOptions(scope, props),
        ...(props.tracing === 'otel' && { SLUICE_TRACING: 'otel' }),
        ...props.environment,
      },
      // A function that sends to its own queue is a loop to Lambda, which would stop a job after some 16 renewals of its
      // message. In Sluice, attempts, snoozes and retention end every job.
      recursiveLoop: RecursiveLoop.ALLOW,
    });
    if (props.tracing === true && this.role !== undefined) acknowledgeWildcard(this.role, TRACES);
    if (props.network !== undefined) this.joinVpc(props.network);
  }

  /** @throws RangeError for a layer of another architecture, Error for more than five */
  override addLayers(...layers: ILayerVersion[]): void {
    for (const layer of layers) checkLayer(this.node.path, layer);
    super.addLayers(...layers);
  }

  /**
   * Has it run in a VPC, and gives its role the rights for it. Its `connections` then take rules of security groups.
   *
   * @throws RangeError if it is in one
   */
  joinVpc({ vpc, vpcSubnets, securityGroups = [] }: Network): void {
    if (this.isBoundToVpc) throw new RangeError(`${this.node.path} is in a VPC already`);
    const { subnets } = vpc.selectSubnets(vpcSubnets);
    const description = `Sluice: what ${this.node.id} of ${Stack.of(this).stackName} reaches`;
    const groups =
      securityGroups.length > 0
        ? [...securityGroups]
        : [new SecurityGroup(this, 'SecurityGroup', { vpc, description })];
    this._connections = new Connections({ securityGroups: groups });
    const resource = this.node.findChild('Resource') as CfnFunction;
    resource.vpcConfig = {
      subnetIds: subnets.map(({ subnetId }) => subnetId),
      securityGroupIds: groups.map(({ securityGroupId }) => securityGroupId),
    };
    this.addToRolePolicy(interfaceRights());
    if (this.role !== undefined) acknowledgeWildcard(this.role, ANY_INTERFACE);
    checkReach(this, vpc, subnets);
  }
}

/**
 * Stacks that name files and lines. They cost memory and start time, so on stages that are kept the command reads the map. The
 * embedded emulator has Node's options of its own for all functions.
 */
function nodeOptions(scope: Construct, { disposable }: SluiceFunctionProps): Record<string, string> {
  const isEmbedded = scope.node.tryGetContext('emulator') === 'embedded';
  return disposable && !isEmbedded ? { NODE_OPTIONS: '--enable-source-maps' } : {};
}

const TRACES = {
  resource: '*',
  reason: 'X-Ray defines no resource for these actions (Service Authorization Reference, AWS X-Ray)',
};

/** A month on stages that are kept: longer than a message can live (14 days in a queue, 14 in its dead-letter queue). */
function makeLogGroup(scope: Construct, id: string, { functionName, disposable, key }: SluiceFunctionProps): LogGroup {
  return new LogGroup(scope, id, {
    logGroupName: `/aws/lambda/${functionName}`,
    ...(key !== undefined && { encryptionKey: key }),
    retention: disposable ? RetentionDays.ONE_WEEK : RetentionDays.ONE_MONTH,
    removalPolicy: removalPolicy(disposable),
  });
}

/** User agents carry at most 50 characters of an application id (AWS SDKs and Tools reference, "Application ID"). */
const MAX_APP_ID = 50;
const HASH_LENGTH = 8;

/**
 * Powertools adds 30 to 45 characters to an id without this mark, and then the SDK logs a warning for every client that the id
 * is too long.
 */
const POWERTOOLS_MARK = '/PTEnv/';
const MAX_NAME = MAX_APP_ID - POWERTOOLS_MARK.length;

/** The function's name, as CloudTrail and access logs show it. A long name is cut and gets a hash, so it stays unique. */
export function appId(functionName: string): string {
  if (functionName.length <= MAX_NAME) return `${functionName}${POWERTOOLS_MARK}`;
  const hash = createHash('sha256').update(functionName).digest('hex').slice(0, HASH_LENGTH);
  return `${functionName.slice(0, MAX_NAME - HASH_LENGTH - 1)}-${hash}${POWERTOOLS_MARK}`;
}
