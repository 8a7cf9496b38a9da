import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { awsError } from '../../../../../lib/testing/index.ts';
import type { Ran } from '../../../../support/cli.ts';
import { workingFolder } from '../../cli/support/deployed.ts';
import type { Place } from '../follow.ts';

export const isDone = ({ code, stderr }: Ran) => expect([code, stderr.includes('sluice:')]).toEqual([0, false]);
export const prints = (text: string | RegExp) => (ran: Ran) => expect(`${ran.stdout}${ran.stderr}`).toMatch(text);

/** A stage on this machine, as `npm run local` keeps it. */
export const LOCALLY = {
  localStage: () => ({
    ...{ stage: 'test', endpoint: 'http://127.0.0.1:4580', region: 'us-east-1' },
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'test' },
  }),
};
export const MAIL = '{"to":"ada@example.com","subject":"fine","text":"Hello."}';

/** So many dead letters, then a command. */
export const among = (count: number, args: string) => async (there: Place) => {
  await there.graveyard(count);
  return there.first(args);
};

/** In an empty folder that holds files, among three dead letters, a command. */
export const beside = (files: Readonly<Record<string, string | Buffer>>, args: string) => async (there: Place) => {
  workingFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(name, text);
  return among(3, args)(there);
};

export const DENIED = awsError('AccessDenied', 'no', 403);

/** So many calls of SQS fail. */
export const failing = (there: Place, call: string, error: Error, times: number) =>
  there.world.sqs.faults.plan(call as 'ListQueues', { kind: 'fails', error }, times);

/** Clients without a region, as the SDK refuses them. */
export function needsRegion({ region }: { region?: string }): void {
  if (region === undefined) throw new Error('Region is missing');
}
