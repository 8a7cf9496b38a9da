import { expect } from 'vitest';
import type { Followed, Place } from '../follow.ts';
import { MAIL, prints } from './situations.ts';

const DAY_MS = 24 * 3600_000;

/** A schedule that is paused, for a day. */
async function paused({ run, world }: Place) {
  await run(`schedule put send-email hourly 'cron(0 * * * ? *)' '${MAIL}'`);
  await run('schedule pause send-email hourly');
  await world.clock.advance(DAY_MS);
}

export const SCHEDULES: readonly Followed[] = [
  {
    says: 'npx sluice schedule resume <…> <…><flags> starts its ticks again',
    async when(there) {
      await paused(there);
      return there.first('schedule pause send-email hourly');
    },
    type: () => 'schedule resume send-email hourly --stage test',
    gives: prints('on; next: '),
  },
  {
    says: '<…>: npx sluice schedule backfill <…> <…> --from <…> --to <…><flags> sends them',
    async when(there) {
      await paused(there);
      return there.first('schedule list');
    },
    type: ({ text }) => `${text.slice(text.indexOf('schedule backfill'), text.indexOf(' sends them'))} --yes`,
    async gives(ran, { world }) {
      expect(ran.stdout).toBe('25 of 25 sent\n');
      await world.drain();
      expect(world.starts).toHaveLength(25);
    },
  },
  {
    says: '(npx sluice schedule backfill, whose names npx sluice schedule list --stage <…> has)',
    amid: paused,
    type: () => 'schedule list --stage test',
    gives: prints('hourly'),
  },
];
