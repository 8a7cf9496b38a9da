import type { Start } from './replay.ts';
import { bodyOf } from './start.ts';
import type { Left, State } from './state.ts';
import { type Adding, spend } from './world.ts';

/** What producers, operators and TTL do. */
export function outsideMoves(state: State, { world, add }: Adding): void {
  const { configuration, aws } = world;
  configuration.sends.forEach((sent, i) => {
    if ((state.unsent & (1 << i)) === 0) return;
    // Two that are the same are sent in their order.
    const same = configuration.sends.findIndex((one, j) => one === sent && (state.unsent & (1 << j)) !== 0);
    if (same !== i) return;
    add('outside', `a producer sends ${sent.id} with key ${sent.key}`, (next) => {
      next.unsent &= ~(1 << i);
      aws.add(next, { body: bodyOf(sent), attributes: {} }, next.nowMs);
    });
  });
  for (const [place, id] of state.items.entries()) {
    if (aws.jobs(id).expiration * 1000 > state.nowMs) continue;
    add('outside', `TTL deletes ${aws.jobs(id).id}`, (next) => next.items.splice(place, 1));
  }
  if (state.operatorId === 0) operatorMoves(state, { world, add });
}

function operatorMoves(state: State, { world, add }: Adding): void {
  const { configuration, processes, aws, redriven } = world;
  const { nowMs, left } = state;
  const begin = (next: State, what: keyof Left, start: Start) => {
    spend(next, what);
    next.operatorId = processes.begin(start);
  };
  for (const key of new Set(configuration.sends.map((sent) => sent.key))) {
    if (left.cancels > 0)
      add('outside', `an operator cancels ${key}`, (next) => begin(next, 'cancels', { who: 'cancel', nowMs, key }));
    const isParked = state.items.some(
      (id) => aws.jobs(id).listKey?.startsWith('due') && aws.jobs(id).id.endsWith(`#${key}`),
    );
    if (left.retriesNow > 0 && isParked)
      add('outside', `an operator retries ${key} now`, (next) =>
        begin(next, 'retriesNow', { who: 'retryNow', nowMs, key }),
      );
  }
  if (left.redrives === 0) return;
  for (const letter of new Set(state.letters)) {
    const { body, attributes } = aws.letters.get(letter);
    const { jobId, run } = { jobId: attributes.jobId?.StringValue, run: attributes.run?.StringValue };
    add('outside', `an operator sends the dead letter of ${jobId}, run ${run}, back`, (next) => {
      begin(next, 'redrives', { who: 'redrive', nowMs });
      const Attributes = { SentTimestamp: String(nowMs) };
      const found = {
        MessageId: `d${letter}`,
        ReceiptHandle: String(letter),
        Body: body,
        Attributes,
        MessageAttributes: attributes,
      };
      const value = processes.answers.id({ Messages: [found] });
      next.operatorId = processes.next(next.operatorId, { kind: 'answer', request: 0, value, atMs: nowMs });
      const known = next.redrivenId === 0 ? [] : redriven.get(next.redrivenId);
      next.redrivenId = redriven.id([...new Set([...known, `${jobId}:${run}`])].sort());
    });
  }
}
