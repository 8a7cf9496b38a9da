import type { Finding } from './queue-rules.ts';
import type { TemplateView } from './template-view.ts';

/** Lengths that AWS allows (service quotas and API references of each). */
const LONGEST: Readonly<Record<string, readonly [property: string, length: number]>> = {
  'AWS::SQS::Queue': ['QueueName', 80],
  'AWS::Lambda::Function': ['FunctionName', 64],
  'AWS::DynamoDB::GlobalTable': ['TableName', 255],
  'AWS::DynamoDB::Table': ['TableName', 255],
  'AWS::SNS::Topic': ['TopicName', 256],
  'AWS::CloudWatch::Alarm': ['AlarmName', 255],
  'AWS::CloudWatch::CompositeAlarm': ['AlarmName', 255],
  'AWS::CloudWatch::Dashboard': ['DashboardName', 255],
  'AWS::Events::Rule': ['Name', 64],
  'AWS::IAM::Role': ['RoleName', 64],
  'AWS::Logs::LogGroup': ['LogGroupName', 512],
  'AWS::SecretsManager::Secret': ['Name', 512],
  'AWS::S3::Bucket': ['BucketName', 63],
};

/** Finds names that are longer than AWS allows. */
export function names(view: TemplateView): Finding[] {
  return view.resources.flatMap((resource) => {
    const [property, length] = LONGEST[resource.type] ?? ['', Number.POSITIVE_INFINITY];
    const name = resource.properties[property];
    if (typeof name !== 'string' || name.length <= length) return [];
    return [
      {
        ...({ rule: 'NameTooLong', severity: 'error' } as const),
        resource,
        what: `${property} ${name} has ${name.length} characters, AWS allows ${length}`,
        fix: 'shorten it',
      },
    ];
  });
}
