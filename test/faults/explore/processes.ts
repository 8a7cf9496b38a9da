import { hash } from 'node:crypto';
import type { Configuration } from './configurations.ts';
import { type Interner, makeInterner } from './intern.ts';
import { type Coming, type Request, replay, type Standing, type Start } from './replay.ts';
import { shifted } from './shift.ts';
import { BEGINNING_MS } from './start.ts';

/** What must be run first, by the code itself, which takes turns of the event loop. Thrown by what needs it. */
export class Missing {
  readonly fill: () => Promise<void>;
  constructor(fill: () => Promise<void>) {
    this.fill = fill;
  }
}

/** A process at one point of its life: what it was given so far, and what it does with that. */
export interface Process {
  readonly start: Start;
  readonly past: readonly Coming[];
  /** Requests without an answer: their place in its life, and their number. */
  readonly waits: readonly { readonly request: number; readonly asked: number }[];
  readonly ended: Standing['ended'];
  readonly nextTimerMs: number | undefined;
  /** Owners' numbers that it was given or knows of, as bits. */
  readonly owners: number;
  /** It asks for nothing but its handler's end. */
  readonly runsHandler: boolean;
}

/** Every process that was met, by number; 0 is none. */
export interface Processes {
  readonly requests: Interner<Request>;
  readonly answers: Interner<unknown>;
  get(id: number): Process;
  /** @throws Missing */
  begin(start: Start): number;
  /** @throws Missing */
  next(id: number, coming: Came): number;
  /** The same process at another time. */
  shifted(id: number, byMs: number): number;
  readonly size: number;
}

/** {@link Coming}, with its answer by number. */
export type Came =
  | Exclude<Coming, { kind: 'answer' }>
  | (Omit<Coming & { kind: 'answer' }, 'value'> & { value: number });

export function makeProcesses(configuration: Configuration): Processes {
  const requests = makeInterner<Request>();
  const answers = makeInterner<unknown>();
  const all: Process[] = [];
  const known = new Map<string, number>();
  const standings = new Map<string, string>();
  const isFixed = configuration.sends.some(({ afterSeconds }) => afterSeconds !== undefined);
  const found = (key: string, lifeAt: () => Life) => {
    const id = known.get(key);
    if (id !== undefined) return id;
    const life = lifeAt();
    const { start } = life;
    // A body that names a moment is another at another time, and so is its hash.
    const byMs = isFixed ? 0 : Math.trunc((start.nowMs - BEGINNING_MS) / 1000) * 1000;
    const moved = shifted(JSON.stringify(life), -byMs);
    const name = hash('sha256', moved, 'base64');
    const standing = standings.get(name);
    if (standing === undefined) {
      throw new Missing(async () => {
        const at = JSON.parse(moved) as Life;
        standings.set(name, JSON.stringify(await replay(at.start, at.past, configuration)));
      });
    }
    const process = toProcess(life, { standing: JSON.parse(shifted(standing, byMs)) as Standing, requests });
    const same = endKey(process) ?? `${byMs}>${name}`;
    const number = known.get(same) ?? all.push(process);
    known.set(same, number);
    known.set(key, number);
    return number;
  };
  const get = (id: number): Process => {
    const process = all[id - 1];
    if (process === undefined) throw new RangeError(`there is no process ${id}`);
    return process;
  };
  return {
    ...{ requests, answers, get },
    begin: (start) => found(JSON.stringify(start), () => ({ start, past: [] })),
    next(id, came) {
      const what =
        came.kind === 'time' ? 'time' : `${came.request}:${came.kind === 'answer' ? came.value : came.error}`;
      const { start, past } = get(id);
      return found(`${id}|${what}|${came.atMs}`, () => {
        const coming: Coming = came.kind === 'answer' ? { ...came, value: answers.get(came.value) } : came;
        return { start, past: [...past, coming] };
      });
    },
    shifted: (id, byMs) =>
      found(`${id}>${byMs}`, () => JSON.parse(shifted(JSON.stringify(lifeOf(get(id))), byMs)) as Life),
    get size() {
      return standings.size;
    },
  };
}

interface Made {
  readonly standing: Standing;
  readonly requests: Interner<Request>;
}

type Life = Pick<Process, 'start' | 'past'>;
const lifeOf = ({ start, past }: Process): Life => ({ start, past });

function toProcess({ start, past }: Life, { standing, requests }: Made): Process {
  const { waits, ended, nextTimerMs } = standing;
  return {
    ...{ start, past, ended, nextTimerMs },
    waits: waits.map(({ request, asked }) => ({ request, asked: requests.id(asked) })),
    owners: ownersIn(JSON.stringify([start, past])),
    runsHandler: ended === undefined && waits.length === 1 && waits[0]?.asked.client === 'handler',
  };
}

/** Those that have ended alike are one: nobody asks any more how they came there. */
function endKey({ start, past, ended }: Process): string | undefined {
  if (ended === undefined) return undefined;
  if (start.who !== 'consumer') return `${start.who} ended`;
  const how = `${start.owner}, ${isSure({ past })}`;
  if (ended.value !== 'ack') return `consumer ended ${JSON.stringify(ended)} ${how}`;
  return `consumer acks ${start.message.receiptHandle} ${how}`;
}

/** Each of its requests was answered in the end, or asked again: it knows what it did. */
export const isSure = ({ past }: Pick<Process, 'past'>): boolean =>
  past.every((one) => one.kind === 'answer' || (one.kind === 'error' && one.error !== 'given up'));

/** Numbers of the owners that a text names, as bits. */
export function ownersIn(text: string): number {
  let bits = 0;
  for (const [, number] of text.matchAll(/"o(\d+)\+*"/g)) bits |= 1 << Number(number);
  return bits;
}
