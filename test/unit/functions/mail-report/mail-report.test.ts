import { expect, it } from 'vitest';
import { crashes, type TestFlow, testJob } from '#sluice/testing';
import { mailReport } from '../../../../functions/mail-report/definition.ts';
import { perform } from '../../../../functions/mail-report/perform.ts';

const payload = {
  ...{ source: 'crm', from: '2026-01-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' },
  mailTo: 'ada@example.com',
};
const file = (key: string, rows: number, sum: string) => ({ result: { bucket: 'reports', key, rows, sum } });
const run = (flow: TestFlow, options: object = {}) => testJob(mailReport, perform, { payload, flow, ...options });

it('mails the totals of all months', async () => {
  const children = [file('reports/crm/a.csv', 2, '9007199254740993'), file('reports/crm/b.csv', 1, '-1')];
  const { result, staged } = await run({ children });
  expect(result).toEqual({ files: 2, missing: 0, rows: 3, sum: '9007199254740992', firedBy: 'all' });
  const text =
    '3 records of crm in 2 files, amounts 9007199254740992 together.\n\nreports/crm/a.csv: 2 records\nreports/crm/b.csv: 1 records';
  expect(staged).toMatchObject([
    {
      type: 'send-email',
      payload: { to: 'ada@example.com', subject: 'Report of crm, 2026-01-01 to 2026-04-01', text },
    },
  ]);
});

it('says how many months are missing', async () => {
  const { result, staged } = await run({ children: [file('a', 2, '4'), { status: 'dead' }, { status: 'open' }] });
  expect(result).toMatchObject({ files: 1, missing: 2, rows: 2, firedBy: 'deadline' });
  expect(staged[0]?.payload).toMatchObject({ text: expect.stringContaining('2 months are missing') });
});

it('stages its mail once if the process dies at the end of an attempt', async () => {
  const { attempts, staged } = await run({ children: [] }, { faults: [crashes('end')] });
  expect([attempts, staged.length]).toEqual([2, 1]);
});

it('sent by itself it dies, and says what to send', async () => {
  const { status, attempts, error, staged } = await testJob(mailReport, perform, { payload });
  expect({ status, attempts, staged }).toEqual({ status: 'DEAD', attempts: 1, staged: [] });
  expect(error?.message).toContain('send generate-report with mailTo');
});
