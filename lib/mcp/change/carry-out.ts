import type { ChoiceRequest, RefusedEntry } from '../../console/api.ts';
import { type Desk, makeDesk } from '../../console/desk.ts';
import { planOf } from '../../console/operations/choose.ts';
import type { Plan } from '../../console/operations/plan.ts';
import { explain } from '../../operator/index.ts';
import { type Call, ToolUsageError } from '../tool.ts';

/** Those that need the catalogue; the others work also where it does not load. */
const BY_DEFINITION: ReadonlySet<string> = new Set(['cancel', 'cancel-flow', 'correct', 'send']);

/** Freezes what a request would change, by the console's own plans. @throws ToolUsageError for a request that is refused */
export async function planned(call: Call, request: ChoiceRequest): Promise<Plan> {
  try {
    return await planOf(await deskOf(call, request.kind), request, call.signal);
  } catch (error) {
    throw asUsage(error);
  }
}

async function deskOf({ stage, sqs, where, definitions, saveFolder }: Call, kind: string): Promise<Desk> {
  const all = BY_DEFINITION.has(kind) ? await definitions() : [];
  return makeDesk({ stage, sqs, where, definitions: all, ...(saveFolder !== undefined && { saveFolder }) });
}

/** A request that the console refuses: its words stand in its `trouble`. */
function asUsage(error: unknown): unknown {
  const { name, trouble } = (error ?? {}) as { name?: unknown; trouble?: { message: string; todo?: string } };
  if (name !== 'Refusal' || trouble === undefined) return error;
  return new ToolUsageError([trouble.message, trouble.todo].filter((one) => one !== undefined).join(': '));
}

const MOST_REFUSED = 20;

/** Does what was planned, and says what became of it. */
export async function carriedOut({ signal, onProgress, where }: Call, plan: Plan): Promise<object> {
  const notChanged: RefusedEntry[] = [];
  const refuse = (entry: RefusedEntry) => {
    if (notChanged.length < MOST_REFUSED) notChanged.push(entry);
  };
  const { done, said, isPartial, failure, ...outcome } = await plan.run({ signal, progress: onProgress, refuse });
  const left = Math.max(0, plan.count - done - outcome.unchanged - outcome.refused);
  return {
    ...{ changed: done, said, ...outcome },
    ...((isPartial || failure !== undefined) && { left, goesOnWith: plan.cliLine }),
    // What was done before stands.
    ...(failure !== undefined && { endedBy: explain(failure, where).message }),
    ...(notChanged.length > 0 && { notChanged }),
  };
}
