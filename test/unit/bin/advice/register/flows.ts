import { expect } from 'vitest';
import { defineJob } from '../../../../../lib/contract/definition/job-definition.ts';
import { sendEmail } from '../../../../support/shop/send-email/definition.ts';
import type { Followed, Place } from '../follow.ts';
import { prints } from './situations.ts';

const HOUR_MS = 3600_000;
/** A catalogue whose job type takes part in flows. */
const IN_FLOWS = {
  definitions: [defineJob({ type: 'send-email', payload: sendEmail.payload, handsOn: ['send-email'] })],
};

/** A callback of two children, the second of which died, and that waits for the first; `change` tells otherwise. */
async function batch({ mail, world }: Place, key = 'b', change: Parameters<Place['world']['alter']>[1] = {}) {
  const deadlineAt = world.clock.now() + HOUR_MS;
  mail(key, 'fine', { runAt: new Date(deadlineAt).toISOString() });
  await world.drain();
  const children = [{ type: 'send-email', n: 2 }];
  const places = { total: 2, children, open: new Set([0]), dead: new Set([1]) };
  world.alter(key, { ...places, mode: 'success', deadlineAt, ...change });
}

const asked = (args: string) => async (there: Place) => {
  await batch(there);
  return there.first(args);
};

export const FLOWS: readonly Followed[] = [
  {
    says: '<…>: <…> wait for their children (npx sluice flows <…><flags>)',
    when: asked('queues'),
    type: () => 'flows send-email --stage test',
    gives: prints('1 of 2'),
  },
  {
    says: 'there may be more; --limit shows more',
    async when(there) {
      await batch(there, 'c');
      return asked('flows --limit 1')(there);
    },
    type: ({ options: [limit] }) => `flows ${limit} 2 --stage test`,
    gives: ({ stdout, stderr }) => expect([stdout.trim().split('\n').length, stderr]).toEqual([3, '']),
  },
  {
    says: 'npx sluice flow <…> <…><flags> names them: redrive them, or run the callback with what there is by npx sluice retry <…> <…><flags>',
    async when(there) {
      await batch(there, 'b', { open: undefined });
      return there.first('doctor', IN_FLOWS);
    },
    type: () => ['flow send-email b --stage test', 'retry send-email b --stage test'],
    async gives(_, { world }, [looked]) {
      expect(looked?.stdout).toContain('dead');
      expect(world.job('b')?.dueAt).toBe(world.clock.now());
    },
  },
  {
    says: 'npx sluice queues <…><flags> shows whether its queue is deep or paused',
    async when(there) {
      await batch(there);
      await there.world.clock.advance(2 * HOUR_MS);
      return there.first('doctor', IN_FLOWS);
    },
    type: () => 'queues send-email --stage test',
    gives: prints('running'),
  },
  {
    says: 'to send the dead back: npx sluice dlq redrive <…><flags>',
    async when(there) {
      there.mail('b:1', 'permanent once');
      await there.world.drain();
      await there.world.clock.advance(1000);
      return asked('flow send-email b')(there);
    },
    type: () => 'dlq redrive send-email --yes --stage test',
    gives: prints('1 sent back'),
  },
  {
    says: 'its children run on: npx sluice cancel <…> <…> --flow<flags> cancels them, too',
    async when(there) {
      await batch(there);
      return there.first('cancel send-email b');
    },
    type: () => 'cancel send-email b --flow --stage test',
    gives: prints('2 that had not come are refused when they come'),
  },
  {
    says: '(npx sluice flows <…><flags> lists those that wait)',
    when: asked('flow send-email d'),
    type: () => 'flows send-email --stage test',
    gives: prints('1 of 2'),
  },
  {
    says: '; its batch is npx sluice flow <…> <…><flags>',
    async when(there) {
      there.mail('p');
      await there.world.drain();
      there.world.alter('p', { passedOn: 'send-email#b' });
      return asked('flow send-email p')(there);
    },
    gives: prints('1 open, 1 dead'),
  },
  {
    says: '; it is in npx sluice flow <…> <…><flags>',
    async when(there) {
      there.mail('b:0');
      await there.world.drain();
      there.world.alter('b:0', { flow: { of: { type: 'send-email', key: 'b', place: 0 } } });
      return asked('flow send-email b:0')(there);
    },
    gives: prints('1 open, 1 dead'),
  },
];
