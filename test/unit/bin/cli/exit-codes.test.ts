import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../../../lib/operator/index.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { type Deployed, deployed, workingFolder } from './support/deployed.ts';

/** Commands that end with a code, by what the help says of it. */
const CASES: Readonly<Record<string, readonly (readonly [args: string, amid?: (there: Deployed) => unknown])[]>> = {
  done: [['queues'], ['doctor'], ['dlq redrive send-email'], ['schema send-email']],
  'done in part': [
    ['send send-email - --lines'],
    ['drain send-email --timeout 1', parked],
    ['retry send-email a', parked],
  ],
  'a fault was found': [['doctor', ({ plane }) => plane.eventSources.clear()]],
  'wrong usage': [['queuez'], ['queues --odd'], ['job send-email'], ['queues --stage X'], ['queues --local']],
  'wrong input': [['send send-email {'], ['send send-email {}'], ['send send-email @nothing'], ['new send-email']],
  'no such stage': [['queues --stage prod'], ['send send-email {} --stage prod'], ['doctor --stage prod']],
  'no such job type': [
    ...['queues', 'drain', 'pause', 'resume', 'dlq show', 'dlq redrive', 'dlq purge'].map(
      (verb) => [`${verb} send-mail`] as const,
    ),
    ...['job', 'retry', 'cancel'].map((verb) => [`${verb} send-mail a`] as const),
    ...([['send send-mail {}'], ['schema send-mail'], ['dlq redrive send-mail --body {}']] as const),
    // In the catalogue, and not on the stage; the other way about is the same.
    ['send process-payment {}'],
  ],
  'no such job': [['job send-email nothing'], ['retry send-email nothing']],
  credentials: [
    ['queues', refused('ExpiredToken')],
    ['queues', refused('InvalidClientTokenId')],
  ],
  rights: [['queues', refused('AccessDenied')]],
  'AWS did not answer as it should': [
    ['queues', refused('ThrottlingException')],
    ['queues', refused('TimeoutError')],
  ],
  interrupted: [['queues --watch'], ['dlq redrive send-email --yes']],
};

/** A job waits for its time. */
async function parked(there: Deployed) {
  for (const id of ['a', 'b'])
    there.mail(id, 'fine', { runAt: new Date(there.world.clock.now() + 3600_000).toISOString() });
  await there.world.drain();
  there.world.alter('a', { status: 'COMPLETED' });
}

/** SQS refuses once. */
function refused(name: string) {
  return ({ world }: Deployed) =>
    world.sqs.faults.plan('ListQueues', { kind: 'fails', error: awsError(name, 'no', 400) });
}

/** What the help says of each code: [code, what]. */
async function told(): Promise<(readonly [number, string])[]> {
  const { stdout } = await deployed().run('--help');
  const [, text = ''] = /Exit codes: ([\s\S]*)\.\s*$/.exec(stdout) ?? [];
  return text.split(/;\s+/).flatMap((part) => {
    const [, code = '', whats = ''] = /^(\d+) (.*)$/s.exec(part) ?? [];
    const [, shared = ''] = /^(no such|wrong) /.exec(whats) ?? [];
    const each = whats.replace(', try again', '').split(/,? or |, /);
    return each.map((what) => [Number(code), what.startsWith(shared) ? what : `${shared} ${what}`] as const);
  });
}

describe('exit codes', () => {
  test('are those that the help and the page tell', async () => {
    const codes = Object.values(EXIT);
    expect([...new Set((await told()).map(([code]) => code))]).toEqual(codes);
    expect((await told()).map(([, what]) => what).toSorted()).toEqual(Object.keys(CASES).toSorted());
    const page = readFileSync(new URL('../../../../bin/README.md', import.meta.url), 'utf8');
    expect([...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))).toEqual(codes);
  });

  test.each(Object.entries(CASES).flatMap(([what, cases]) => cases.map(([args, amid]) => [what, args, amid] as const)))(
    '%s: %s',
    async (what, args, amid) => {
      workingFolder();
      const there = deployed();
      await amid?.(there);
      const isInterrupted = what === 'interrupted' && { signal: AbortSignal.abort() };
      const { code, stderr, stdout } = await there.run(args, { input: '{}', ...isInterrupted });
      const found = (await told()).find(([, one]) => one === what);
      expect(code, `${stdout}${stderr}`).toBe(found?.[0]);
    },
  );
});
