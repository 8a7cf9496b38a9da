import {
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  type IVpc,
  RouterType,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { describe, expect, test } from 'vitest';
import type { JobTypeProps } from '#sluice/infra';
import { faultsOf, jobTypeIn, ownApp, ownStack, resourcesOf, sluiceIn } from '../support/own-stack.ts';
import { said } from '../support/said.ts';
import { one, rightsOf } from '../support/template.ts';

const PLACE = { env: { account: '111122223333', region: 'eu-west-1' } };

/** A VPC of the app: public subnets, and the kind that is asked for. */
function vpcIn(stack: ReturnType<typeof ownStack>, subnetType: SubnetType, natGateways = 0): IVpc {
  const subnetConfiguration = [
    { name: 'open', subnetType: SubnetType.PUBLIC },
    { name: 'jobs', subnetType },
  ];
  // The CDK's own class does not fit its interface under `exactOptionalPropertyTypes`.
  return new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways, subnetConfiguration }) as IVpc;
}

/** What a synth says of a job type in a VPC. */
function saidOf(
  make: (stack: ReturnType<typeof ownStack>) => Pick<JobTypeProps, 'vpc' | 'vpcSubnets'>,
  strict = false,
) {
  const app = ownApp(strict ? { '@aws-cdk/core:strictCfnValidateErrors': true } : {});
  const stack = ownStack(app, 'Shop', PLACE);
  const jobType = jobTypeIn(stack, { sluice: sluiceIn(stack), ...make(stack) });
  return { faults: () => faultsOf(app), warnings: jobType.consumer.node.metadata.map(({ data }) => String(data)) };
}

describe('a job type in a VPC with a NAT gateway', () => {
  const app = ownApp();
  const stack = ownStack(app, 'Shop', PLACE);
  const vpc = vpcIn(stack, SubnetType.PRIVATE_WITH_EGRESS, 1);
  const sluice = sluiceIn(stack, { securityChecks: true });
  const { consumer } = jobTypeIn(stack, { sluice, vpc });
  const own = new SecurityGroup(stack, 'Own', { vpc });
  const given = jobTypeIn(ownStack(app, 'Other', PLACE), {
    sluice: sluiceIn(ownStack(app, 'Dev', PLACE), { stage: 'dev' }),
    vpc,
    securityGroups: [own],
  });

  test('runs in its private subnets, in a security group of its own', () => {
    const resources = resourcesOf(stack);
    const { properties } = one(resources, 'AWS::Lambda::Function', { FunctionName: 'sluice-prod-plain' });
    expect(properties.VpcConfig).toEqual({
      SubnetIds: vpc.privateSubnets.map(({ subnetId }) => stack.resolve(subnetId)),
      SecurityGroupIds: [stack.resolve(consumer.connections.securityGroups[0]?.securityGroupId)],
    });
    expect(given.consumer.connections.securityGroups).toEqual([own]);
  });

  test('may make network interfaces, and the dispatcher may not', () => {
    const resources = resourcesOf(stack);
    const interfaces = (name: string) => rightsOf(resources, name).filter((right) => right.startsWith('ec2:'));
    expect(interfaces('sluice-prod-plain')).toEqual([
      ...['AssignPrivateIpAddresses', 'CreateNetworkInterface', 'DeleteNetworkInterface'].map(
        (action) => `ec2:${action} *`,
      ),
      ...['DescribeNetworkInterfaces', 'DescribeSubnets', 'UnassignPrivateIpAddresses'].map(
        (action) => `ec2:${action} *`,
      ),
    ]);
    expect(interfaces('sluice-prod-dispatcher')).toEqual([]);
  });

  test('is in order, for cdk-nag too', () => {
    expect(faultsOf(app)).toBe('');
  });

  test('joins no second one', () => {
    expect(() => consumer.joinVpc({ vpc })).toThrow('Shop/Plain/Consumer is in a VPC already');
  });
});

describe('subnets that reach nothing', () => {
  test('are refused, with the endpoints that would do', () => {
    const { faults } = saidOf((stack) => ({ vpc: vpcIn(stack, SubnetType.PRIVATE_ISOLATED) }));
    expect(faults()).toContain(
      '[Shop/Plain/Consumer] Shop/Vpc/jobsSubnet1, Shop/Vpc/jobsSubnet2: a function there reaches nothing outside of the VPC, ' +
        'which has no endpoint for SQS, DynamoDB, EventBridge.',
    );
    expect(faults()).toContain(
      "vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB })",
    );
  });

  test('are refused for the one endpoint that is missing', () => {
    const { faults } = saidOf((stack) => {
      const vpc = vpcIn(stack, SubnetType.PRIVATE_ISOLATED);
      vpc.addInterfaceEndpoint('Sqs', { service: InterfaceVpcEndpointAwsService.SQS });
      vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });
      return { vpc };
    });
    expect(faults()).toContain('which has no endpoint for EventBridge.');
  });

  test.each([
    ['public ones, whose functions have no public address', SubnetType.PUBLIC],
    ['private ones without a NAT gateway', SubnetType.PRIVATE_WITH_EGRESS],
  ])('are refused: %s', (_what, subnetType) => {
    const { faults } = saidOf((stack) => ({
      vpc: vpcIn(stack, SubnetType.PRIVATE_WITH_EGRESS),
      vpcSubnets: { subnetType },
    }));
    expect(faults()).toContain('has no endpoint for SQS, DynamoDB, EventBridge');
  });
});

describe('subnets that reach the services', () => {
  test('by endpoints that are added after the job type', () => {
    const app = ownApp();
    const stack = ownStack(app);
    const vpc = vpcIn(stack, SubnetType.PRIVATE_ISOLATED);
    jobTypeIn(stack, { sluice: sluiceIn(stack), vpc });
    vpc.addInterfaceEndpoint('Sqs', { service: InterfaceVpcEndpointAwsService.SQS });
    vpc.addInterfaceEndpoint('Events', { service: InterfaceVpcEndpointAwsService.EVENTBRIDGE });
    new GatewayVpcEndpoint(stack, 'DynamoDb', { vpc, service: GatewayVpcEndpointAwsService.DYNAMODB });
    expect(faultsOf(app)).toBe('');
  });

  test('by a route of the team’s own', () => {
    const { faults } = saidOf((stack) => {
      const vpc = vpcIn(stack, SubnetType.PRIVATE_WITH_EGRESS);
      for (const subnet of vpc.privateSubnets) {
        const route = { routerId: 'tgw-1', routerType: RouterType.TRANSIT_GATEWAY };
        (subnet as unknown as { addRoute(id: string, to: typeof route): void }).addRoute('Out', route);
      }
      return { vpc };
    });
    expect(faults()).toBe('');
  });
});

describe('a VPC of another app', () => {
  const attributes = { vpcId: 'vpc-1', availabilityZones: ['eu-west-1a'] };

  test('is a warning, where its subnets are not known to have a NAT gateway', () => {
    const make = (stack: ReturnType<typeof ownStack>) => ({
      vpc: Vpc.fromVpcAttributes(stack, 'Vpc', { ...attributes, isolatedSubnetIds: ['subnet-1'] }),
    });
    const { faults, warnings } = saidOf(make);
    expect(warnings.join()).toContain(
      'the VPC is not of this app, and Shop/Vpc/IsolatedSubnet1 is not known to have a NAT gateway. Without one it must have ' +
        'endpoints for SQS, DynamoDB, EventBridge: else no job runs',
    );
    expect(faults()).toBe('');
  });

  test('is no warning, where they are said to', () => {
    const vpcOf = (stack: ReturnType<typeof ownStack>) =>
      Vpc.fromVpcAttributes(stack, 'Vpc', { ...attributes, privateSubnetIds: ['subnet-1'] });
    expect(saidOf((stack) => ({ vpc: vpcOf(stack) })).warnings.join()).not.toContain('NAT');
  });
});

test('subnets and security groups without a VPC are refused', () => {
  const stack = ownStack();
  const sluice = sluiceIn(stack);
  expect(() => jobTypeIn(stack, { sluice, vpcSubnets: {} })).toThrow('Shop/Plain: vpcSubnets needs vpc beside it');
});

test('resources.ts puts its consumer into a VPC', () => {
  const report = said(({ scope, consumer }) => {
    consumer.joinVpc({ vpc: vpcIn(scope as ReturnType<typeof ownStack>, SubnetType.PRIVATE_ISOLATED) });
  });
  expect(report).toContain('sluice-dev-plain/Consumer');
  expect(report).toContain('has no endpoint for SQS, DynamoDB, EventBridge');
});
