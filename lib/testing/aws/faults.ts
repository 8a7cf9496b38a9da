/** A call to the in-memory AWS, as a fault plan sees it. */
export interface Call {
  /** The command without its suffix, as `SendMessage`. */
  readonly name: string;
  readonly input: unknown;
}

/** A command of the SDK, as its client's `send` takes it. */
export interface Command {
  readonly input: unknown;
  readonly constructor: { readonly name: string };
}

export const toCall = (command: Command): Call => ({
  name: command.constructor.name.replace(/Command$/, ''),
  input: command.input,
});

/** What goes wrong with one call. */
export type Fault =
  /** The whole call fails, nothing of it happens. */
  | { readonly kind: 'fails'; readonly error: Error }
  /** All of it happens, and its reply is lost. */
  | { readonly kind: 'lostReply' }
  /** All of it happens, the reply is lost, and the SDK sends it again by itself. */
  | { readonly kind: 'repeated' }
  /** Entries, statements or keys of a batch that are not taken, by index; the others are. */
  | { readonly kind: 'partly'; readonly indexes: readonly number[]; readonly code: string }
  /** Entries of a batch, by index, that its answer leaves out, whether they were taken or not. */
  | { readonly kind: 'unanswered'; readonly indexes: readonly number[]; readonly taken: boolean }
  /** Something else happens just before: what another process does in between. */
  | { readonly kind: 'meanwhile'; readonly happens: () => void };

/** Faults to come, each used up by the calls that it was meant for. */
export interface Faults {
  /** @param match which call: its name, or a test of the call; the first `times` of them are hit */
  plan(match: string | ((call: Call) => boolean), fault: Fault, times?: number): void;
  /** The fault that hits a call; it is used up. */
  take(call: Call): Fault | undefined;
  /** Faults that hit nothing yet: a test whose fault never came proves nothing. */
  readonly pending: number;
}

export function makeFaults(): Faults {
  const plans: { matches: (call: Call) => boolean; fault: Fault; left: number }[] = [];
  return {
    plan(match, fault, times = 1) {
      const matches = typeof match === 'string' ? ({ name }: Call) => name === match : match;
      plans.push({ matches, fault, left: times });
    },
    take(call) {
      const hit = plans.find(({ left, matches }) => left > 0 && matches(call));
      if (hit === undefined) return undefined;
      hit.left -= 1;
      return hit.fault;
    },
    get pending() {
      return plans.reduce((sum, { left }) => sum + left, 0);
    },
  };
}

/** Carries a call out under the fault that hits it, if any. @param perform what the service does; it may throw */
export function underFault<T>(fault: Fault | undefined, perform: (fault: Fault | undefined) => T): T {
  switch (fault?.kind) {
    case 'fails':
      throw fault.error;
    case 'lostReply':
      perform(undefined);
      throw timeout();
    case 'repeated':
      perform(undefined);
      return perform(undefined);
    case 'meanwhile':
      fault.happens();
      return perform(undefined);
    default:
      return perform(fault);
  }
}

/** Whether a batch's part of this index is hit. */
export function partlyHit(fault: Fault | undefined, index: number): { code: string } | undefined {
  return fault?.kind === 'partly' && fault.indexes.includes(index) ? fault : undefined;
}

/** Whether a batch's answer leaves out the part of this index. */
export function leftOut(fault: Fault | undefined, index: number): { taken: boolean } | undefined {
  return fault?.kind === 'unanswered' && fault.indexes.includes(index) ? fault : undefined;
}

/** An error as the SDK throws it: told apart by its name, with the status of the reply. */
export function awsError(name: string, message: string, statusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: statusCode } });
}

/** No reply came. */
export const timeout = (): Error => Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });

export const throttled = (): Error => awsError('ThrottlingException', 'Rate exceeded');
