import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as own from '../../../lib/contract/errors.ts';
import { ROOT, workFolder } from '../../../localstack/places.ts';
import { makeWorld } from '../../support/world.ts';

type Errors = typeof own;

/** A second copy of the package, as two versions of it in one `node_modules` are. */
let other: Errors;
let folder: string;

beforeAll(async () => {
  folder = await workFolder('second-copy', String(process.pid));
  await cp(join(ROOT, 'lib', 'contract'), folder, { recursive: true });
  other = (await import(join(folder, 'errors.ts'))) as Errors;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function runOnce(perform: () => unknown) {
  const world = makeWorld({ perform });
  world.send({ id: 'a' });
  await world.deliver();
  return { job: world.job('a'), afterMs: (world.job('a')?.dueAt ?? 0) - world.clock.now() };
}

const throwing = (thrown: () => unknown) =>
  runOnce(() => {
    throw thrown();
  });

describe('an error of another copy of the package', () => {
  it('is of another class', () => {
    expect(other.PermanentError).not.toBe(own.PermanentError);
    expect(Object.getPrototypeOf(new other.PermanentError('x'))).not.toBe(own.PermanentError.prototype);
  });

  it('decides what its class decides', async () => {
    const { job: dead } = await throwing(() => new other.PermanentError('never'));
    expect(dead).toMatchObject({ status: 'DEAD', reason: 'PermanentError', attempts: 1 });
    const later = await throwing(() => new other.RetryAfterError(77));
    expect([later.job?.status, later.job?.attempts, later.afterMs]).toEqual(['RETRYING', 1, 77_000]);
    const snoozed = await throwing(() => new other.SnoozeError(5));
    expect(snoozed).toMatchObject({ job: { status: 'RETRYING', attempts: 0, snoozes: 1 }, afterMs: 5000 });
    const { job: unkept } = await throwing(() => new other.JobResultError('no JSON'));
    expect(unkept).toMatchObject({ status: 'DEAD', reason: 'PermanentError' });
  });

  it('is an instance of the class of its name, and of no other', () => {
    const names = Object.keys(own).filter((name) => name.endsWith('Error') && /^[A-Z]/.test(name)) as (keyof Errors)[];
    expect(names).toHaveLength(13);
    const classes = (copy: Errors) => names.map((name) => copy[name] as unknown as new (given: unknown) => Error);
    for (const [i, Theirs] of classes(other).entries()) {
      const thrown = new Theirs(names[i] === 'WriteConditionError' ? [0] : 1);
      const told = classes(own).map((Ours) => thrown instanceof Ours);
      expect(told).toEqual(names.map((_, at) => at === i));
    }
  });

  it('is told by its class also as a subclass', async () => {
    class Declined extends other.PermanentError {
      override readonly name = 'Declined';
    }
    expect(new Declined('no')).toBeInstanceOf(own.PermanentError);
    const { job } = await throwing(() => new Declined('no'));
    expect(job).toMatchObject({ status: 'DEAD', reason: 'PermanentError', error: { name: 'Declined', message: 'no' } });
  });
});

describe('a subclass', () => {
  it('has only its own instances', () => {
    class Declined extends own.PermanentError {}
    class Blocked extends own.PermanentError {}
    expect(new Declined('x')).toBeInstanceOf(Declined);
    expect(new Declined('x')).not.toBeInstanceOf(Blocked);
    expect(new own.PermanentError('x')).not.toBeInstanceOf(Declined);
    expect(new other.PermanentError('x')).not.toBeInstanceOf(Declined);
  });
});

describe('what only looks like one of these errors', () => {
  it.each([
    ['an error of that name', Object.assign(new Error('x'), { name: 'PermanentError' })],
    ['an object', { name: 'PermanentError', delaySeconds: 1 }],
    ['null', null],
    ['a text', 'PermanentError'],
  ])('is none: %s', (_what, thrown) => expect(thrown instanceof own.PermanentError).toBe(false));
});
