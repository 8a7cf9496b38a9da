import type { Came } from './processes.ts';
import type { State } from './state.ts';
import { type Adding, spend, type World } from './world.ts';

export interface Waiting {
  readonly id: number;
  readonly name: string;
  /** Its process goes on as this one. */
  readonly enter: (next: State, to: number) => void;
}

export const READS = /^(BatchGetItem|GetItem|Query|ReceiveMessage|GetQueueUrl)$/;

/** A process’s requests: carried out and answered, or met by a fault. */
export function waitMoves(state: State, { id, name, enter }: Waiting, { world, add }: Adding): void {
  const { processes, aws } = world;
  for (const { request, asked } of processes.get(id).waits) {
    const { client, name: command } = processes.requests.get(asked);
    if (client === 'handler') {
      // One that ran past its deadline changes nothing any more.
      if (processes.get(id).runsHandler) handlerMoves(state, { id, name, enter, request }, { world, add });
      continue;
    }
    const go = (next: State, came: { readonly answer: number } | { readonly error: string }) => {
      const atMs = next.nowMs;
      const coming: Came =
        'answer' in came
          ? { kind: 'answer', request, value: came.answer, atMs }
          : { kind: 'error', request, error: came.error, atMs };
      enter(next, processes.next(id, coming));
    };
    add('step', `${name}: ${named(asked, world)}`, (next) => go(next, aws.carryOut(next, asked)));
    if (state.left.faults === 0) continue;
    const fault = (what: string, change: (next: State) => void) =>
      add('fault', `${name}: ${named(asked, world)} ${what}`, (next) => {
        spend(next, 'faults');
        change(next);
      });
    // A read that is throttled is asked again: only one that is given up makes a difference.
    const given = (next: State) => {
      aws.carryOut(next, asked);
      go(next, { error: 'given up' });
    };
    fault('is given up', given);
    if (READS.test(command) || client === 'events') continue;
    fault('loses its reply', (next) => {
      aws.carryOut(next, asked);
      go(next, { error: 'unanswered' });
    });
    fault('is throttled', (next) => go(next, { error: 'throttled' }));
    if (state.lateId !== 0) continue;
    fault('is late', (next) => {
      next.lateId = asked;
      go(next, { error: 'unanswered' });
    });
    fault('is late and given up', (next) => {
      next.lateId = asked;
      go(next, { error: 'given up' });
    });
  }
}

function handlerMoves(
  state: State,
  { id, name, enter, request }: Waiting & { request: number },
  { world, add }: Adding,
): void {
  const { processes, configuration } = world;
  const atMs = state.nowMs;
  for (const ending of configuration.endings) {
    if (ending === 'snoozes' && state.left.snoozes === 0) continue;
    add('step', `${name}: its handler ${ending}`, (next) => {
      if (ending === 'snoozes') spend(next, 'snoozes');
      const value = processes.answers.id('done');
      const coming: Came =
        ending === 'returns'
          ? { kind: 'answer', request, value, atMs }
          : { kind: 'error', request, error: ending, atMs };
      enter(next, processes.next(id, coming));
    });
  }
}

/** A request in a word: `BatchExecuteStatement UPDATE …`. */
export function named(requestId: number, { processes }: World): string {
  const { name, input } = processes.requests.get(requestId);
  const text = input.Statements?.[0]?.Statement ?? input.UpdateExpression ?? input.QueueUrl ?? '';
  const parameters = JSON.stringify(input.Statements?.[0]?.Parameters ?? input.Entries ?? '');
  return cut(`${name} ${text} ${parameters}`);
}

const cut = (text: string) => (text.length > 300 ? `${text.slice(0, 300)}…` : text);
