import type { ErrorAnswer, Feed, Trouble } from '../../api.ts';

/** What a call of the console's server ended with, typed: `trouble` says what is in the way and what to do. */
export class TroubleError extends Error {
  readonly trouble: Trouble;
  /** The answer's status; 0: there was no answer. */
  readonly status: number;

  constructor(trouble: Trouble, status: number) {
    super(trouble.message);
    this.name = 'TroubleError';
    this.trouble = trouble;
    this.status = status;
  }
}

/** Any thrown value as a {@link Trouble}. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof TroubleError) return error.trouble;
  return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}

/** Whether a call ended because its caller went away. */
export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The {@link Trouble} of a body that is an {@link ErrorAnswer}. */
export function troubleIn(body: unknown): Trouble | undefined {
  if (!isRecord(body) || !isRecord(body.error) || typeof body.error.message !== 'string') return undefined;
  return (body as unknown as ErrorAnswer).error;
}

/** What keeps a newer value away, of an answer that is a feed or has feeds as its fields. */
export function troublesOf(answer: unknown): Trouble[] {
  if (!isRecord(answer)) return [];
  return [answer, ...Object.values(answer)].flatMap((part) => {
    const trouble = isRecord(part) ? (part as Feed<unknown>).trouble : undefined;
    return isRecord(trouble) ? [trouble] : [];
  });
}
