import { expect, it } from 'vitest';
import { ways } from './compare.ts';

const dollarsOf = (name: string) => ways().find((way) => way.name.startsWith(name))?.dollars;

it('compares with each service that people name, each line with what it is made of and its source', () => {
  const names = ways().map(({ name }) => name);
  for (const name of [
    ...['plain SQS', 'SQS + Lambda + Powertools', 'Step Functions Express', 'Step Functions Standard'],
    ...['Lambda durable', 'Vercel', 'Cloudflare', 'Google Cloud Tasks', 'QStash', 'Temporal Cloud', 'BullMQ'],
  ])
    expect(names).toContainEqual(expect.stringContaining(name));
  for (const { name, of, keeps, source } of ways()) {
    expect([of, keeps], name).not.toContain('');
    expect(source, name).toMatch(/20\d\d|no certain date/);
  }
});

/** Worked out by hand from the prices that the sources name. */
it.each([
  ['Google Cloud Tasks', 0.8],
  ['Cloudflare Queues', 1.2],
  ['Vercel Queues', 1.8],
  ['QStash', 10],
  ['Temporal Cloud', 100],
  ['Sluice', 1.37],
])('%s asks $%d a million', (name, dollars) => expect(dollarsOf(name)).toBeCloseTo(dollars, 2));

it('is sorted, the cheapest first', () => {
  const dollars = ways().map((way) => way.dollars);
  expect(dollars).toEqual([...dollars].sort((one, other) => one - other));
});
