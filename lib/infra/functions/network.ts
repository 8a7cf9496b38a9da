import { Annotations, CfnResource, Stack } from 'aws-cdk-lib';
import {
  CfnRoute,
  CfnVPCEndpoint,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  type SubnetSelection,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** Where in a VPC a function runs. */
export interface Network {
  readonly vpc: IVpc;
  /** Subnets that reach SQS, DynamoDB and EventBridge. @default private ones, else isolated ones */
  readonly vpcSubnets?: SubnetSelection;
  /** At least one. @default one of its own, which lets everything out and nothing in */
  readonly securityGroups?: readonly ISecurityGroup[];
}

/**
 * What Lambda does with network interfaces in a role's name (AWS managed policy AWSLambdaVPCAccessExecutionRole, without its rights
 * to all log groups).
 */
export const interfaceRights = (): PolicyStatement =>
  new PolicyStatement({
    actions: [
      ...['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DescribeSubnets', 'DeleteNetworkInterface'],
      ...['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'],
    ].map((action) => `ec2:${action}`),
    resources: ['*'],
  });

export const ANY_INTERFACE = {
  resource: '*',
  reason: 'Lambda makes the network interfaces itself, under ids that nobody knows before',
};

/** What consumer and engine call, and how it is reached without a way to the internet. Lambda itself writes the logs. */
const NEEDED = [
  { name: 'SQS', service: 'sqs', call: "addInterfaceEndpoint('Sqs', { service: InterfaceVpcEndpointAwsService.SQS })" },
  {
    name: 'DynamoDB',
    service: 'dynamodb',
    call: "addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB })",
  },
  {
    name: 'EventBridge',
    service: 'events',
    call: "addInterfaceEndpoint('Events', { service: InterfaceVpcEndpointAwsService.EVENTBRIDGE })",
  },
] as const;

/**
 * Refuses subnets that are known to reach neither the internet nor the endpoints of the services, when the app is synthesised:
 * routes and endpoints may be added after the function. Of a VPC that another app made, only a warning can be given.
 */
export function checkReach(scope: IConstruct, vpc: IVpc, subnets: readonly ISubnet[]): void {
  const closed = subnets.filter((subnet) => !vpc.privateSubnets.includes(subnet));
  if (vpc instanceof Vpc) {
    scope.node.addValidation({ validate: () => faultsOf(scope, vpc, subnets) });
    return;
  }
  if (closed.length === 0) return;
  Annotations.of(scope).addWarningV2(
    'sluice:vpc-reach',
    `${scope.node.path}: the VPC is not of this app, and ${pathsOf(closed)} ${closed.length === 1 ? 'is' : 'are'} not known to have a ` +
      `NAT gateway. Without one it must have endpoints for ${NEEDED.map(({ name }) => name).join(', ')}: else no job runs`,
  );
}

function faultsOf(scope: IConstruct, vpc: Vpc, subnets: readonly ISubnet[]): string[] {
  const all = scope.node.root.node.findAll();
  const routes = all.filter((one): one is CfnRoute => one instanceof CfnRoute);
  const closed = subnets.filter((subnet) => vpc.publicSubnets.includes(subnet) || !hasWayOut(subnet, routes));
  if (closed.length === 0) return [];
  const services = all.flatMap((one) =>
    CfnResource.isCfnResource(one) && isEndpointOf(vpc, one) ? [serviceOf(one)] : [],
  );
  const missing = NEEDED.filter(({ service }) => !services.includes(service));
  if (missing.length === 0) return [];
  const lacking = missing.map(({ name }) => name).join(', ');
  return [
    `${pathsOf(closed)}: a function there reaches nothing outside of the VPC, which has no endpoint for ${lacking}. Choose ` +
      `private subnets with a NAT gateway (vpcSubnets), or add ${missing.map(({ call }) => `vpc.${call}`).join(', ')}`,
  ];
}

/** Whether the subnet's routes lead everywhere. A public subnet's do, but a function in it has no public address. */
function hasWayOut(subnet: ISubnet, routes: readonly CfnRoute[]): boolean {
  return routes.some((route) => {
    const stack = Stack.of(route);
    const isSame = textIn(stack, route.routeTableId) === textIn(stack, subnet.routeTable.routeTableId);
    return (
      isSame &&
      [route.destinationCidrBlock, route.destinationIpv6CidrBlock].some((to) => to === '0.0.0.0/0' || to === '::/0')
    );
  });
}

const isEndpointOf = (vpc: Vpc, one: CfnResource): one is CfnVPCEndpoint =>
  one instanceof CfnVPCEndpoint && textIn(Stack.of(one), one.vpcId) === textIn(Stack.of(one), vpc.vpcId);

/** `sqs` of `com.amazonaws.eu-west-1.sqs`, whose region may be a token. */
const serviceOf = (endpoint: CfnVPCEndpoint): string | undefined =>
  /\.([a-z0-9-]+)"[^"]*$/.exec(textIn(Stack.of(endpoint), endpoint.serviceName))?.[1];

const textIn = (stack: Stack, value: unknown): string => JSON.stringify(stack.resolve(value)) ?? '';

const pathsOf = (subnets: readonly ISubnet[]): string => subnets.map((subnet) => subnet.node.path).join(', ');
