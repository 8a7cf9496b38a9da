import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { JobType, Sluice } from '#sluice/infra';
import { draw } from './draw/definition.ts';
import { upload } from './upload/definition.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const CIDR = '10.0.0.0/16';

/** The stack of a team that has a VPC, a bucket and its queue of notifications. */
class Shop extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const vpc = this.#vpc();
    const uploads = this.#uploads();
    const sluice = new Sluice(this, 'Jobs', { stage: String(this.node.tryGetContext('stage')) });
    const otlp = String(this.node.tryGetContext('otlp'));
    new JobType(this, 'Upload', {
      ...{ sluice, vpc, definition: upload, entry: file('upload/handler.ts'), queue: uploads },
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: otlp },
    });
    const { queue } = new JobType(this, 'Draw', {
      ...{ sluice, vpc, definition: draw, entry: file('draw/handler.ts') },
      bundle: { install: ['@napi-rs/canvas'] },
    });
    new CfnOutput(this, 'DrawUrl', { value: queue.queueUrl });
    // What the local deploy reads.
    new CfnOutput(this, 'JobsTableName', { value: sluice.table.tableName });
    new CfnOutput(this, 'AlarmTopicArn', { value: sluice.topic.topicArn });
  }

  #vpc(): IVpc {
    const subnetConfiguration = [{ name: 'jobs', subnetType: SubnetType.PRIVATE_ISOLATED }];
    // What empties the default group is a function of the CDK's, which the emulator does not run.
    const made = new Vpc(this, 'Vpc', {
      ...{ ipAddresses: IpAddresses.cidr(CIDR), maxAzs: 2, subnetConfiguration },
      restrictDefaultSecurityGroup: false,
    });
    made.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });
    // The CDK's own class does not fit its interface under `exactOptionalPropertyTypes`.
    const vpc = made as IVpc;
    // The emulator does not know the VPC's block of addresses, by which the CDK would open the endpoints.
    const group = new SecurityGroup(this, 'Endpoints', { vpc });
    group.addIngressRule(Peer.ipv4(CIDR), Port.HTTPS);
    const { SQS, EVENTBRIDGE } = InterfaceVpcEndpointAwsService;
    vpc.addInterfaceEndpoint('Sqs', { service: SQS, securityGroups: [group], open: false });
    vpc.addInterfaceEndpoint('Events', { service: EVENTBRIDGE, securityGroups: [group], open: false });
    return vpc;
  }

  #uploads(): Queue {
    const dead = new Queue(this, 'Dead', { retentionPeriod: Duration.days(14) });
    const queue = new Queue(this, 'Uploads', {
      queueName: 'team-uploads',
      ...{ visibilityTimeout: Duration.minutes(5), retentionPeriod: Duration.days(4) },
      deadLetterQueue: { queue: dead, maxReceiveCount: 100 },
    });
    queue.grantSendMessages(new ServicePrincipal('s3.amazonaws.com'));
    const queueConfigurations = [{ event: 's3:ObjectCreated:*', queue: queue.queueArn }];
    const bucket = new CfnBucket(this, 'Bucket', { notificationConfiguration: { queueConfigurations } });
    bucket.applyRemovalPolicy(RemovalPolicy.DESTROY);
    // S3 tries whether it may send.
    bucket.node.addDependency(queue);
    new CfnOutput(this, 'BucketName', { value: bucket.ref });
    return queue;
  }
}

const { context } = JSON.parse(readFileSync(file('../../../cdk.json'), 'utf8')) as { context: Record<string, unknown> };
const app = new App({ context });
new Shop(app, 'Shop', { stackName: `sluice-${String(app.node.tryGetContext('stage'))}-core` });
