import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { SluiceFunction } from '../functions/sluice-function.ts';

/** What a job type's `resources.ts` receives, to deploy what its handler needs. */
interface JobResourcesProps {
  /** The job type's stack. */
  readonly scope: Construct;
  /** The job type's Lambda function: grant to it, add environment and layers to it, `joinVpc({ vpc })`. */
  readonly consumer: LambdaFunction & Pick<SluiceFunction, 'joinVpc'>;
  /** The job type's queue: a target for topics, rules and whatever else sends jobs. */
  readonly queue: IQueue;
  /** Its full name: `prod`, or `shop/prod` of an app with a name of its own. Names begin with `prefix`. */
  readonly stage: string;
  /** What names of this app and stage begin with, before a hyphen: `sluice-prod`. Two apps in one account never share it. */
  readonly prefix: string;
  /** The stage's key (`-c encryption=kms`), for all that holds payloads; undefined where AWS's own keys do. */
  readonly key: IKey | undefined;
  /** True for stages that say so and emulators: resources may be deleted with their stack. */
  readonly disposable: boolean;
  /** CDK context (`-c name=value`), undefined when it is not set. */
  readonly setting: (name: string) => string | undefined;
}

/** The export `resources` of a job type's `resources.ts`. */
export type JobResources = (props: JobResourcesProps) => void;
