import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import type { JobResources } from '../../../../lib/infra/job/job-resources.ts';
import { jobs, makeApp, plain } from './fixture.ts';

const entry = jobs[0]?.entry ?? '';
export type Stack = Parameters<JobResources>[0];

/** What `cdk synth` says of a job type whose `resources.ts` does this; empty if all is well. */
export function said(resources: JobResources, strict = false, settings: Record<string, string> = {}): string {
  const definition = plain;
  const context = { ...settings, ...(strict && { '@aws-cdk/core:strictCfnValidateErrors': true }) };
  const app = makeApp({ jobs: [{ definition, entry, resources }], context });
  try {
    app.synth();
    return '';
  } catch (error) {
    // A report wraps its lines.
    return (error as Error).message.replaceAll(/[\s│]+/g, ' ');
  }
}

export const only = <T>(
  { scope }: Stack,
  of: new (...given: never[]) => T,
  where: (one: T) => boolean = () => true,
): T => {
  const [found] = scope.node.findAll().filter((one): one is T & typeof one => one instanceof of && where(one as T));
  if (found === undefined) throw new Error(`no ${of.name}`);
  return found;
};
export const queueOf = (stack: Stack) => only(stack, CfnQueue, ({ queueName = '' }) => !queueName.endsWith('-dlq'));
export const override = (
  one: { addPropertyOverride(path: string, value: unknown): void },
  path: string,
  value: unknown,
) => one.addPropertyOverride(path, value);

/** Settings of a stage with a key. */
export const KEYED = { encryption: 'kms', region: 'eu-west-1' };
