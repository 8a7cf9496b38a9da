import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Accept, defineJob } from '../../../../lib/contract/index.ts';
import { testAccept, testJob } from '../../../../lib/testing/index.ts';

const define = (accept: Accept<{ n: string }>) =>
  defineJob({ type: 'count', payload: z.object({ n: z.string().transform(Number) }), accept });
const one = define(({ body, attributes, messageId }) => ({
  id: messageId,
  key: attributes.key ?? 'none',
  payload: { n: body },
}));

describe('testAccept', () => {
  it('gives the job, with the payload as the schema makes it', async () => {
    const accepted = await testAccept(one, { body: '7', attributes: { key: 'k' }, messageId: 'm' });
    expect(accepted).toEqual({ jobs: [{ id: 'm', key: 'k', payload: { n: 7 } }], isDropped: false });
  });

  it('tells that a message is dropped', async () => {
    expect(
      await testAccept(
        define(() => 'drop'),
        { body: '' },
      ),
    ).toEqual({ jobs: [], isDropped: true });
  });

  it('waits for a schema that takes time', async () => {
    const payload = z.object({ n: z.string() }).transform(async ({ n }) => Number(n));
    const slow = defineJob({
      type: 'count',
      payload,
      accept: ({ body }) => [...body].map((n) => ({ id: n, payload: { n } })),
    });
    expect(await testAccept(slow, { body: '78' })).toMatchObject({ jobs: [{ payload: 7 }, { payload: 8 }] });
  });

  it('refuses a definition without accept', async () => {
    const { accept: _, ...plain } = one;
    await expect(testAccept(plain, { body: '' })).rejects.toThrow('count: its definition has no accept');
  });
});

it('testJob runs a job of a type with accept as its producer sends it', async () => {
  const run = await testJob(one, ({ n }) => n + 1, { payload: { n: '7' } });
  expect(run).toMatchObject({ status: 'COMPLETED', result: 8 });
});
