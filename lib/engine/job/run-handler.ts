import { JobResultError } from '../../contract/errors.ts';
import { MAX_RESULT_BYTES } from '../../contract/protocol/job-item.ts';
import { messageOf } from '../../contract/thrown.ts';
import type { Claim, Engine, Invocation } from '../engine.ts';
import type { TransactWrite } from '../job-context.ts';
import { makeContext } from './context.ts';
import { makeDeadline } from './deadline.ts';
import { asJson } from './json.ts';

/** How a handler ended. */
export type Outcome =
  | { readonly kind: 'completed'; readonly result: unknown; readonly writes: readonly TransactWrite[] }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * Runs the user's handler to its end or its deadline, whichever comes first. Never throws. A handler that ignores its
 * signal and ends later can no longer change anything; its late rejection is ignored.
 */
export async function runHandler(claim: Claim, engine: Engine, invocation: Invocation): Promise<Outcome> {
  const deadline = makeDeadline(engine, invocation);
  const { context, staged, close } = makeContext(claim, engine, deadline);
  const running = new Promise((resolve) => resolve(engine.perform(claim.message.payload, context)));
  try {
    const returned = await Promise.race([running, deadline.aborted]);
    return { kind: 'completed', result: checkedResult(returned), writes: staged };
  } catch (error) {
    return { kind: 'failed', error };
  } finally {
    running.catch(() => undefined);
    deadline.close();
    claim.progress = close();
  }
}

function checkedResult(returned: unknown): unknown {
  try {
    return asJson('the result', returned, MAX_RESULT_BYTES);
  } catch (cause) {
    throw new JobResultError(messageOf(cause), { cause });
  }
}
