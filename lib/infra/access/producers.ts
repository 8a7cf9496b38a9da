import { AccountPrincipal, ArnPrincipal, type IPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';

const ACCOUNT = /^\d{12}$/;
/** A user or a role. Services and wildcards are refused: everybody that they cover could send jobs. */
const ARN = /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/;

/**
 * @param text  context `allowedProducers`: accounts and ARNs of roles or users, separated by commas
 * @throws RangeError that names the first invalid entry
 */
export function allowedProducers(text: string | undefined): IPrincipal[] {
  if (text === undefined) return [];
  return [...new Set(text.split(',').map((one) => one.trim()))].map((one) => {
    if (ACCOUNT.test(one)) return new AccountPrincipal(one);
    if (ARN.test(one)) return new ArnPrincipal(one);
    throw new RangeError(
      `allowedProducers must be account ids (12 digits) and ARNs of roles or users, separated by commas, got ${JSON.stringify(one)}`,
    );
  });
}

/** Lets producers of other accounts send to a queue. Producers of the queue's own account need no queue policy. */
export function letSend(queue: Queue, producers: readonly IPrincipal[]): void {
  if (producers.length === 0) return;
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AllowProducers',
      principals: [...producers],
      actions: ['sqs:GetQueueUrl', 'sqs:SendMessage'],
      resources: [queue.queueArn],
    }),
  );
}
