import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';

/** Finds typing errors. SNS then writes to the address, and its owner confirms. */
const ADDRESS = /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/;

/**
 * @param text  context `alarmEmail`: addresses, separated by commas
 * @throws RangeError that names the first invalid address
 */
export function emailAddresses(text: string | undefined): string[] {
  if (text === undefined) return [];
  const addresses = text.split(',').map((address) => address.trim());
  const wrong = addresses.find((address) => !ADDRESS.test(address));
  if (wrong === undefined) return [...new Set(addresses)];
  throw new RangeError(
    `alarmEmail must be e-mail addresses separated by commas, got ${JSON.stringify(wrong)} in ${JSON.stringify(text)}`,
  );
}

/** AWS sends each address a mail with a link. Only a confirmed address receives alarms. */
export function subscribe(topic: ITopic, addresses: readonly string[]): void {
  for (const address of addresses) topic.addSubscription(new EmailSubscription(address));
}
