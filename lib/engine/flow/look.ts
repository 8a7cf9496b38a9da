import { PermanentError } from '../../contract/errors.ts';
import { childKey } from '../../contract/flow.ts';
import { itemId, type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import { EARLY_MS } from '../../contract/protocol/timing.ts';
import { readItems } from '../calls/reads.ts';
import type { Claim, Engine } from '../engine.ts';
import type { ChildPlace, ChildResult, Flow, PreviousJob } from '../flow-types.ts';
import type { FlowPorts } from './ports.ts';

interface Parts {
  readonly engine: Engine;
  readonly ports: FlowPorts;
}

/** Children whose results one read asks for: BatchGetItem takes 100 keys. */
const PAGE = 100;

/**
 * What a callback knows of its batch. Its item is read once more, after begin: from then on no child's end changes it.
 *
 * @throws ReadError if the table did not answer
 */
export async function readFlow({ item: { id, type } }: Claim, parts: Parts): Promise<Flow | undefined> {
  const item = await parts.engine.store.read(keyOf({ id, type }));
  if (item?.total === undefined) return undefined;
  const places = placesOf(item);
  const [dead, open] = [item.dead, item.open].map((some) => places.filter(({ place }) => some?.has(place)));
  if (dead === undefined || open === undefined) return undefined;
  return {
    ...{ id: keyOf(item), total: item.total, completed: item.total - dead.length - open.length, dead, open },
    firedBy: firedBy(item, parts.engine.clock.now()),
    results: () => results(item, places, parts),
  };
}

function firedBy({ open, dead, mode, deadlineAt = 0 }: JobItem, nowMs: number): Flow['firedBy'] {
  if (open === undefined && (mode === 'settled' || dead === undefined)) return 'all';
  return nowMs >= deadlineAt - EARLY_MS ? 'deadline' : 'operator';
}

function placesOf(item: JobItem): ChildPlace[] {
  const types = (item.children ?? []).flatMap(({ type, n }) => Array.from({ length: n }, () => type));
  return types.map((type, place) => ({ place, type, key: childKey(keyOf(item), place) }));
}

async function* results(callback: JobItem, places: readonly ChildPlace[], parts: Parts): AsyncGenerator<ChildResult> {
  for (let from = 0; from < places.length; from += PAGE) {
    const page = places.slice(from, from + PAGE);
    const ids = page.map(({ type, key }) => itemId(type, key));
    const found = await read(ids, parts);
    for (const one of page) {
      const { result } = found.get(itemId(one.type, one.key)) ?? {};
      yield { ...one, status: statusOf(one, callback), ...(result !== undefined && { result }) };
    }
  }
}

function statusOf({ place }: ChildPlace, { open, dead }: JobItem): ChildResult['status'] {
  if (open?.has(place)) return 'open';
  return dead?.has(place) ? 'dead' : 'completed';
}

/** The job that this one came after. */
export function previousOf({ message }: Claim, parts: Parts): PreviousJob | undefined {
  const { after } = message.flow ?? {};
  if (after === undefined) return undefined;
  const id = itemId(after.type, after.key);
  return {
    ...after,
    async result() {
      const found = (await read([id], parts)).get(id);
      if (found !== undefined) return found.result;
      throw new PermanentError(`the job before, ${after.type} ${after.key}, is gone: its item was not kept so long`);
    },
  };
}

function read(ids: readonly string[], { ports, engine: { callTime } }: Parts): Promise<Map<string, JobItem>> {
  const { table, dynamoDb } = ports;
  return readItems({ table, names: ['id', 'status', 'result'] }, ids, { dynamoDb, callTime });
}
