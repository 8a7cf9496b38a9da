/**
 * Everything that changes something goes this way: the choice is frozen by the server, a dialog shows what it is, then the operation
 * runs on the server and is watched. What happened is said in a live region with a link to Operations. The frame draws dialog and
 * words (ConfirmDialog, OperationNotes); a page only asks.
 *
 *   const { ask, isAsking } = useOperation({ onEnd: (operation) => feed.refresh() });
 *   <Button isBusy={isAsking} onClick={() => ask({ kind: 'pause', type })}>Pause</Button>
 *
 * `onStart`: it was confirmed, and runs. `onEnd`: it has ended, well or not; not called where the dialog was left.
 */
import { signal } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';
import type { Choice, ChoiceRequest, Operation, OperationKind, OperationRequest, Trouble } from '../../api.ts';
import { api } from '../base/client.ts';
import { troubleOf } from '../base/trouble.ts';

/** A question that is open. */
export interface Question {
  readonly request: ChoiceRequest;
  /** Undefined: the server is still looking what it would change. */
  readonly choice?: Choice;
  readonly trouble?: Trouble;
  readonly isStarting: boolean;
  readonly onStart: (operation: Operation) => void;
  readonly onEnd: (operation: Operation) => void;
}

export const question = signal<Question | undefined>(undefined);

/** Operations that this tab started and that were not put away yet, the newest first. */
export const started = signal<readonly Operation[]>([]);

/** How often an operation of this tab is looked at. It costs no call of AWS. */
const WATCH_MS = 500;
/** So many notes stand at most; the others are in Operations. */
const NOTES = 3;

interface Listeners {
  readonly onStart?: (operation: Operation) => void;
  readonly onEnd?: (operation: Operation) => void;
}

export function useOperation({ onStart, onEnd }: Listeners = {}) {
  const [isAsking, setIsAsking] = useState(false);
  const listeners = useRef<Listeners>({});
  listeners.current = { ...(onStart && { onStart }), ...(onEnd && { onEnd }) };
  const ask = (request: ChoiceRequest): void => {
    setIsAsking(true);
    const told = {
      onStart: (operation: Operation) => listeners.current.onStart?.(operation),
      onEnd: (operation: Operation) => listeners.current.onEnd?.(operation),
    };
    void choose({ request, isStarting: false, ...told }).finally(() => setIsAsking(false));
  };
  return { ask, isAsking };
}

async function choose(asked: Question): Promise<void> {
  question.value = asked;
  try {
    const choice = await api.post<Choice>('choices', asked.request);
    if (question.value === asked) question.value = { ...asked, choice };
  } catch (error) {
    if (question.value === asked) question.value = { ...asked, trouble: troubleOf(error) };
  }
}

export function leave(): void {
  question.value = undefined;
}

/** Starts what was chosen, then watches it. A refusal stays in the dialog. */
export async function start(typed: string): Promise<void> {
  const asked = question.value;
  if (!asked?.choice || asked.isStarting) return;
  question.value = { ...asked, isStarting: true };
  const request: OperationRequest = { choice: asked.choice.id, ...(typed !== '' && { typed }) };
  try {
    const operation = await api.post<Operation>('operations', request);
    question.value = undefined;
    note(operation);
    asked.onStart(operation);
    void watch(operation, asked.onEnd);
  } catch (error) {
    question.value = { ...asked, isStarting: false, trouble: troubleOf(error) };
  }
}

/** They change a type as a whole: a count of jobs says nothing. */
export const isOfType = (kind: OperationKind): boolean => kind === 'pause' || kind === 'resume' || kind === 'drain';

export const isEnded = ({ state }: Operation): boolean => state !== 'running' && state !== 'stopping';

/** What ended well makes room for what comes next; all else stays until it is put away. */
function note(operation: Operation): void {
  const others = started.value.filter((one) => one.id !== operation.id && !(isEnded(one) && one.tone === 'good'));
  started.value = [operation, ...others].slice(0, NOTES);
}

function renew(operation: Operation): void {
  started.value = started.value.map((known) => (known.id === operation.id ? operation : known));
}

async function watch(operation: Operation, onEnd: Question['onEnd']): Promise<void> {
  let last = operation;
  while (!isEnded(last)) {
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
    const all = await api.get<readonly Operation[]>('operations').catch(() => undefined);
    const now = all?.find(({ id }) => id === operation.id);
    // Another console answers at this address now: it knows nothing of this one's operations.
    if (all !== undefined && now === undefined) return putAway(operation.id);
    last = now ?? last;
    renew(last);
  }
  onEnd(last);
}

export async function stopOperation(id: string): Promise<void> {
  await api.post('operations/stop', { id });
}

export function putAway(id: string): void {
  started.value = started.value.filter((operation) => operation.id !== id);
}
