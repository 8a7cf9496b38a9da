import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkedJobType } from '../../../lib/contract/definition/job-type.ts';
import { nearestName } from '../../../lib/contract/definition/suggest.ts';
import { checkedStage, ENV, METRICS, names, partsOf } from '../../../lib/contract/names.ts';
import { deadList, dueList, itemId, keyOf, LIST_SHARDS } from '../../../lib/contract/protocol/job-item.ts';

describe('a stage', () => {
  it.each(['dev', 'p', 'prod2', 'a234567890123456'])('may be %s', (stage) => expect(checkedStage(stage)).toBe(stage));
  it('of an app with a name of its own has the app in its full name', () => {
    expect([checkedStage('prod', 'shop'), checkedStage('shop/prod'), checkedStage('shop/prod', 'shop')]).toEqual(
      Array.from({ length: 3 }, () => 'shop/prod'),
    );
    expect([checkedStage('prod', 'sluice'), checkedStage('sluice/prod')]).toEqual(['prod', 'prod']);
    expect([partsOf('prod'), partsOf('shop/prod')]).toEqual([
      { app: 'sluice', stage: 'prod' },
      { app: 'shop', stage: 'prod' },
    ]);
  });

  it.each([
    ['a', 'Shop', 'app must be 1 to 16 of a-z and 0-9, starting with a letter, without hyphens, got "Shop"'],
    ['a', '', 'app must be 1 to 16'],
    ['my-shop/a', undefined, 'app must be 1 to 16'],
    ['/a', undefined, 'app must be 1 to 16'],
    ['a/', undefined, 'stage must be 1 to 16'],
    ['a/b/c', undefined, 'stage must be 1 to 16'],
    ['a/b', 'c', 'app is "c", and stage "a/b" names another: leave one out'],
  ])('%s of app %j is refused', (stage, app, why) => {
    expect(() => checkedStage(stage, app)).toThrow(RangeError);
    expect(() => checkedStage(stage, app)).toThrow(why);
  });

  it.each(['', 'Prod', 'my-stage', '2nd', 'a2345678901234567', 'dev\n', ' dev', 'dév', undefined, null, 7, ['dev']])(
    'is not %j',
    (stage) => {
      expect(() => checkedStage(stage)).toThrow(RangeError);
      expect(() => checkedStage(stage)).toThrow(
        `stage must be 1 to 16 of a-z and 0-9, starting with a letter, without hyphens, got ${JSON.stringify(stage)}`,
      );
    },
  );
});

describe('names', () => {
  it('are those of the public contract', () => {
    expect({
      core: names.coreStack('dev'),
      stack: names.jobStack('dev', 'send-email'),
      queue: names.queue('dev', 'send-email'),
      deadLetters: names.deadLetterQueue('dev', 'send-email'),
      table: names.jobsTable('dev'),
    }).toEqual({
      core: 'sluice-dev-core',
      stack: 'sluice-dev-send-email',
      queue: 'sluice-dev-send-email',
      deadLetters: 'sluice-dev-send-email-dlq',
      table: 'sluice-dev-jobs',
    });
  });

  it('begin with app and stage', () => {
    const all = (stage: string) =>
      Object.values(names).map((name) => (name as (...parts: string[]) => string)(stage, 'type', 'region'));
    expect(all('shop/prod')).toEqual(all('prod').map((name) => name.replace('sluice-prod', 'shop-prod')));
    expect(new Set(all('prod').map((name) => /^(alias\/)?sluice-prod\b/.test(name)))).toEqual(new Set([true]));
  });

  it('of the metrics, too', () => {
    expect(METRICS.namespace).toBe('Sluice');
    expect([METRICS.stageDimension, METRICS.typeDimension]).toEqual(['Stage', 'JobType']);
    const { namespace: _, stageDimension: __, typeDimension: ___, ...metrics } = METRICS;
    expect(Object.values(metrics).sort()).toEqual([
      ...['BreakerClosed', 'BreakerOpen', 'BreakerOpened'],
      ...[
        'JobDuration',
        'JobsCompleted',
        'JobsCompletedAfterDeath',
        'JobsDeadLettered',
        'JobsDuplicate',
        'JobsExpired',
      ],
      'JobsFailed',
      ...['JobsRetried', 'JobsStalled', 'MessagesDropped', 'QueueLatency', 'RetryLateness', 'UnhandledRejections'],
    ]);
  });

  it('of variables are such as Lambda takes', () => {
    for (const name of Object.values(ENV)) expect(name).toMatch(/^SLUICE_[A-Z_]+$/);
  });

  const stages = fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/);
  const types = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/).filter((type) => {
    try {
      return checkedJobType(type) === type;
    } catch {
      return false;
    }
  });

  it('never collide, and fit AWS’s limits', () => {
    fc.assert(
      fc.property(stages, types, stages, types, (stage, type, otherStage, otherType) => {
        fc.pre(stage !== otherStage || type !== otherType);
        const queues = [
          ...[names.queue(stage, type), names.deadLetterQueue(stage, type)],
          ...[names.queue(otherStage, otherType), names.deadLetterQueue(otherStage, otherType)],
        ];
        expect(new Set(queues).size).toBe(4);
        expect(Math.max(...queues.map((name) => name.length))).toBeLessThanOrEqual(80);
        const functions = [names.consumer(stage, type), names.dispatcher(stage), names.dispatcher(otherStage)];
        expect(functions.indexOf(names.consumer(stage, type), 1)).toBe(-1);
        expect(Math.max(...functions.map((name) => name.length))).toBeLessThanOrEqual(64);
        expect(names.jobStack(stage, type)).not.toBe(names.coreStack(stage));
      }),
    );
  });
});

describe('an item', () => {
  it('has its type and key for an id, whatever is in the key', () => {
    expect(itemId('send-email', 'order:7')).toBe('send-email#order:7');
    expect(keyOf({ id: 'send-email#order:7', type: 'send-email' })).toBe('order:7');
  });

  it.each([
    ['mail#j', 'due#7'],
    ['send-email#welcome-7', 'due#1'],
    ['', 'due#5'],
  ])('%j is on %s in every version: what is parked must be found', (id, list) => expect(dueList(id)).toBe(list));

  it('is on the list of the dead by the same shard', () => {
    fc.assert(
      fc.property(fc.string(), (id) => {
        const [, shard] = /^due#([0-7])$/.exec(dueList(id)) ?? [];
        expect(deadList(id)).toBe(`dead#${shard}`);
      }),
    );
  });

  it('shares its shard with an eighth of all, give or take a tenth of that', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 80_000; i++) {
      const list = dueList(itemId('send-email', `order-${i}`));
      counts.set(list, (counts.get(list) ?? 0) + 1);
    }
    expect(counts.size).toBe(LIST_SHARDS);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(1000);
  });
});

describe('the nearest name', () => {
  const known = ['retry', 'timeoutSeconds', 'batchSize', 'batchWindowSeconds', 'maxAttempts'];

  it.each([
    ['retries', 'retry'],
    ['Retry', 'retry'],
    ['timeout', 'timeoutSeconds'],
    ['timeoutSecond', 'timeoutSeconds'],
    ['batchsize', 'batchSize'],
    ['batchWindow', 'batchWindowSeconds'],
    ['maxAtempts', 'maxAttempts'],
    ['colour', undefined],
    ['x', undefined],
    ['', undefined],
  ])('to %j is %s', (mistyped, name) => expect(nearestName(mistyped, known)).toBe(name));

  it('of nothing is nothing', () => expect(nearestName('x', [])).toBeUndefined());
});
