import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

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
  readonly statements: PolicyStatement[];
  readonly disposable: boolean;
}

/** User agents carry at most 50 characters of an application id (AWS SDKs reference, "Application ID"). */
const MAX_APP_ID = 50;

/** A Lambda function in Sluice's form: Node 24, arm64, one minified ES module, its own log group, no right too many. */
export class SluiceFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: SluiceFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Log`, {
      logGroupName: `/aws/lambda/${props.functionName}`,
      retention: props.disposable ? RetentionDays.ONE_WEEK : RetentionDays.THREE_MONTHS,
      removalPolicy: props.disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    super(scope, id, {
      functionName: props.functionName,
      description: props.description,
      entry: props.entry,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMb,
      role: makeRole(scope, `${id}Role`, props),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: { AWS_SDK_UA_APP_ID: props.functionName.slice(0, MAX_APP_ID), ...props.environment },
      // An HTTP agent that keeps connections is the SDK's own default; the variable would only add to the 4 KB.
      awsSdkConnectionReuse: false,
      bundling: BUNDLING,
    });
  }
}

/** One file of its own, the AWS SDK included: the versions that were tested are the versions that run. */
const BUNDLING = {
  format: OutputFormat.ESM,
  mainFields: ['module', 'main'],
  target: 'node24',
  minify: true,
  externalModules: [],
  // Some packages are CommonJS inside and call `require` for Node's own modules.
  banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  forceDockerBundling: false,
};

function makeRole(scope: Construct, id: string, { functionName, statements }: SluiceFunctionProps): Role {
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `What ${functionName} may do`,
  });
  // The managed basic role would allow every log group of the account.
  const streams = `/aws/lambda/${functionName}:log-stream:*`;
  role.addToPolicy(
    new PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [
        Stack.of(scope).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: streams,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    }),
  );
  for (const statement of statements) role.addToPolicy(statement);
  return role;
}
