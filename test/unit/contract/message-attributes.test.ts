import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attributeBytes,
  type MessageAttributes,
  readAttributes,
  writeAttributes,
} from '../../../lib/contract/message-attributes.ts';

const text = (value: string) => ({ type: 'String', value });
const texts = (values: Record<string, string>): MessageAttributes =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]));
const MESSAGE_ID = '5fea7756-0ea4-451a-a703-a558b933e274';

const names = fc.constantFrom(
  'traceparent',
  'sluice',
  'jobId',
  'run',
  'due',
  'reason',
  'jobType',
  'a',
  'b',
  'c',
  'd',
  'e',
);
const attribute = fc.oneof(
  fc.record({ type: fc.constantFrom('String', 'Number.int', 'String.x'), value: fc.string({ minLength: 1 }) }),
  fc.record({ type: fc.constant('Binary.png'), value: fc.base64String({ minLength: 4 }) }),
);
const senders = fc.dictionary(names, attribute, { maxKeys: 10 });
const jobs = fc.record(
  {
    jobId: fc.constantFrom('a', 'A-z_0.9:x'),
    key: fc.constantFrom('a', 'k'),
    run: fc.nat(),
    due: fc.nat({ max: 2_000_000_000_000 }),
    type: fc.constant('mail'),
    firstMessageId: fc.constant(MESSAGE_ID),
  },
  { requiredKeys: ['jobId', 'key'] },
);

describe('the attributes that Sluice writes', () => {
  it('are at most ten, and are read as they were', () => {
    fc.assert(
      fc.property(jobs, senders, (own, given) => {
        const { sluice: _, ...sender } = given;
        const all = writeAttributes({ own, sender });
        expect(Object.keys(all).length).toBeLessThanOrEqual(10);
        expect(readAttributes(all)).toEqual({ own, sender });
      }),
    );
  });

  it('have the names that the version before reads beside them', () => {
    expect(Object.keys(writeAttributes({ own: { jobId: 'a', run: 2, due: 7 } }))).toEqual([
      'sluice',
      'jobId',
      'run',
      'due',
    ]);
  });

  it('pack what has no room among ten, or a name of ours', () => {
    const sender = texts(Object.fromEntries([...'abcdefghi', 'jobId'].map((name) => [name, 'x'])));
    const all = writeAttributes({ own: { jobId: 'j' }, sender });
    expect(Object.keys(all)).toEqual(['sluice', 'jobId', ...'abcdefgh']);
    expect(all.jobId).toEqual(text('j'));
    expect(readAttributes(all).sender).toEqual(sender);
  });

  it('leave out those for the version before, then the sender’s, where the message has no room', () => {
    const carried = { own: { jobId: 'a', run: 1 }, sender: texts({ t: 'x' }) };
    const all = writeAttributes(carried);
    expect(writeAttributes(carried, attributeBytes(all))).toEqual(all);
    const alone = writeAttributes(carried, attributeBytes(all) - 1);
    expect(Object.keys(alone)).toEqual(['sluice', 't']);
    expect(Object.keys(writeAttributes(carried, attributeBytes(alone) - 1))).toEqual(['sluice']);
  });
});

describe('the attributes of a message', () => {
  it.each([
    ['a jobId by itself', { jobId: 'import-17' }],
    ['a run and a due by themselves', { run: '1', due: '2' }],
    ['a jobId that is no id', { jobId: 'a b', run: '1' }],
    ['a jobId beside a run that is no number', { jobId: 'a', run: 'fast' }],
  ])('are the sender’s: %s', (_, given) => {
    expect(readAttributes(texts(given))).toEqual({ own: {}, sender: texts(given) });
  });

  it('are the version before’s if a jobId stands beside a run or a due', () => {
    const death = { jobType: 'mail', reason: 'Crashed' };
    expect(readAttributes(texts({ jobId: 'a', run: '2', ...death }))).toEqual({
      own: { jobId: 'a', run: 2 },
      sender: {},
    });
    expect(readAttributes(texts({ jobId: 'a', due: '7' }))).toEqual({ own: { jobId: 'a', due: 7 }, sender: {} });
  });

  it('may be the version before’s if a jobId has the form of a message id', () => {
    const given = texts({ jobId: MESSAGE_ID, t: 'x' });
    expect(readAttributes(given)).toEqual({ own: {}, sender: given, formerJobId: MESSAGE_ID });
  });

  it('never throw, whatever stands in the reserved one', () => {
    const reserved = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constant('['.repeat(100_000)),
      fc.constant('{"id":"a","sender":[1]}'),
    );
    fc.assert(
      fc.property(reserved, senders, (value, sender) => {
        const { own } = readAttributes({ ...sender, sluice: text(value) });
        expect(own.jobId === undefined || typeof own.jobId === 'string').toBe(true);
      }),
    );
    expect(readAttributes({ sluice: { type: 'Binary', value: 'eyJpZCI6ImEifQ==' } }).own).toEqual({});
  });
});
