/** What a job type's own schema says of a text, while it is typed: asked once typing rests. */
import { useEffect, useState } from 'preact/hooks';
import type { CheckAnswer, CheckRequest, Trouble } from '../../api.ts';
import { api } from '../base/client.ts';
import { isAbort, troubleOf } from '../base/trouble.ts';

/** Typing rests so long before the text is checked. */
const TYPED_MS = 300;

export interface Check {
  /** `checking`: of an older text, or none. */
  readonly state: 'checking' | 'fits' | 'faulty' | 'unknown';
  readonly faults: CheckAnswer['faults'];
  readonly trouble: Trouble | undefined;
}

const CHECKING: Check = { state: 'checking', faults: [], trouble: undefined };

/** @param request undefined: there is nothing to check */
export function useCheck(request: CheckRequest | undefined): Check {
  const [check, setCheck] = useState(CHECKING);
  const { type, text, envelope } = request ?? {};
  useEffect(() => {
    if (type === undefined || text === undefined) return;
    const aborted = new AbortController();
    // The faults of the text before stay until the next answer: they would flicker with each key.
    setCheck((last) => ({ ...last, state: 'checking' }));
    const timer = setTimeout(
      () => void ask({ type, text, ...(envelope && { envelope }) }, aborted.signal, setCheck),
      TYPED_MS,
    );
    return () => {
      clearTimeout(timer);
      aborted.abort();
    };
  }, [type, text, envelope]);
  return check;
}

async function ask(request: CheckRequest, signal: AbortSignal, answer: (check: Check) => void): Promise<void> {
  try {
    const { faults } = await api.post<CheckAnswer>('check', request, signal);
    if (!signal.aborted) answer({ state: faults.length === 0 ? 'fits' : 'faulty', faults, trouble: undefined });
  } catch (error) {
    if (!isAbort(error) && !signal.aborted) answer({ state: 'unknown', faults: [], trouble: troubleOf(error) });
  }
}

/** A check in words, for a live region. */
export function checkWords({ state, faults }: Check): string {
  if (state === 'checking') return 'Checking…';
  if (state === 'unknown') return 'Not checked';
  if (state === 'fits') return 'Fits the schema';
  return faults.length === 1 ? '1 fault' : `${faults.length} faults`;
}
