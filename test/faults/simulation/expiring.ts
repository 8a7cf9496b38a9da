import type { Outgoing } from '../../../lib/testing/simulation/model.ts';
import type { Random } from '../../../lib/testing/simulation/random.ts';
import type { MakeSubject } from '../../../lib/testing/simulation/schedule.ts';

/** Virtual time starts here. */
const START_MS = Date.UTC(2026, 0, 1);
const SECONDS = [1, 5, 30, 61, 100, 400, 2000, 7200] as const;

/** The same jobs with times by which they must begin, and after which no attempt of theirs starts. */
export const expiring =
  (make: MakeSubject): MakeSubject =>
  (random) => {
    const { older: _, upgrades: __, ...subject } = make(random);
    const within = random.percent(40) ? { startWithinSeconds: random.pick(SECONDS) } : {};
    const dies = random.percent(30) ? { expired: 'deadLetter' as const } : {};
    const messages = subject.messages.map((message) => timed(message, random));
    const deadlines = new Map(messages.flatMap((one) => (isOurs(one) ? [[one.id ?? '', one] as const] : [])));
    return { ...subject, definition: { ...subject.definition, ...within, ...dies }, messages, deadlines };
  };

/** Of others the job is known once `accept` has named it; a refused body is sent again by what knows no times. */
const isOurs = ({ id, foreign, typo }: Outgoing): boolean =>
  id !== undefined && foreign === undefined && typo === undefined;

function timed(message: Outgoing, random: Random): Outgoing {
  if (!isOurs(message)) return message;
  const fromMs = message.runAtMs ?? START_MS;
  const after = () => fromMs + random.pick(SECONDS) * 1000;
  return {
    ...message,
    ...(random.percent(50) && { startBeforeMs: after() }),
    ...(random.percent(40) && { endBeforeMs: after() }),
  };
}
