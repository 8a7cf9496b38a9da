/** How a job is to be sent, as texts of a form: empty is the default. */
export interface Options {
  readonly key: string;
  /** `now`, seconds from now, or a moment. */
  readonly when: 'now' | 'delay' | 'at';
  readonly delaySeconds: string;
  /** As a field `datetime-local` has it, in local time: `2026-01-31T09:00`. */
  readonly at: string;
  readonly maxAttempts: string;
}

export const DEFAULTS: Options = { key: '', when: 'now', delaySeconds: '60', at: '', maxAttempts: '' };

/** What is wrong with the options, by field. */
export type OptionFaults = Readonly<Partial<Record<'key' | 'delaySeconds' | 'at' | 'maxAttempts', string>>>;

/** 1 to 250 of these (the envelope's `key`). */
const KEY = /^[A-Za-z0-9_.:-]{1,250}$/;
/** A leap year, as the envelope allows. */
const MAX_AHEAD_SECONDS = 366 * 24 * 3600;

export function optionFaults(options: Options): OptionFaults {
  const { key, when, delaySeconds, at, maxAttempts } = options;
  const isCount = (text: string, most: number) => /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= most;
  return {
    ...(key === '' || KEY.test(key) ? {} : { key: '1 to 250 of A-Z a-z 0-9 _ . : -' }),
    ...(when !== 'delay' || isCount(delaySeconds, MAX_AHEAD_SECONDS)
      ? {}
      : { delaySeconds: 'whole seconds, from 1 to a year' }),
    ...(when !== 'at' || !Number.isNaN(Date.parse(at)) ? {} : { at: 'a day and a time' }),
    ...(maxAttempts === '' || isCount(maxAttempts, 100) ? {} : { maxAttempts: 'a whole number from 1 to 100' }),
  };
}

/**
 * The message body of a payload.
 *
 * @param payload JSON, which goes in as it is written: a number keeps its digits
 * @param id      names the job, so that its page can be opened at once
 */
export function bodyOf(
  payload: string,
  options: Options,
  { nowMs, id }: { readonly nowMs: number; readonly id: string },
): string {
  const { key, when, delaySeconds, at, maxAttempts } = options;
  const runAtMs = when === 'delay' ? nowMs + Number(delaySeconds) * 1000 : when === 'at' ? Date.parse(at) : undefined;
  const fields = {
    id,
    ...(key !== '' && { key }),
    ...(runAtMs !== undefined && { runAt: new Date(runAtMs).toISOString() }),
    ...(maxAttempts !== '' && { maxAttempts: Number(maxAttempts) }),
  };
  return `${JSON.stringify(fields).slice(0, -1)},"payload":${payload}}`;
}

/** Lines of NDJSON that hold something. */
export const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '');

/** Whether lines are whole message bodies: each that is JSON has a `payload`. A guess, which can be changed. */
export function areEnvelopes(lines: readonly string[]): boolean {
  const first = lines.slice(0, 20).flatMap((line) => parsed(line) ?? []);
  return first.length > 0 && first.every((one) => typeof one === 'object' && one !== null && 'payload' in one);
}

function parsed(line: string): [unknown] | undefined {
  try {
    return [JSON.parse(line)];
  } catch {
    return undefined;
  }
}
