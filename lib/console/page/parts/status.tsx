/**
 * A state as a word with a mark of its own shape and colour, so that it is told by neither alone.
 *
 *   <Status of="RETRYING" />            of a job
 *   <Status of="paused" />              of a type's consumer, an operation, a finding, an alarm
 *   <Status of="ALARM" text="2 alarms" />
 */
const TONES: Readonly<Record<string, 'good' | 'warn' | 'bad' | 'busy' | 'calm'>> = {
  ...{ COMPLETED: 'good', OK: 'good', ok: 'good', done: 'good', running: 'good', on: 'good', good: 'good' },
  ...{ DEAD: 'bad', ALARM: 'bad', bad: 'bad', failed: 'bad', missing: 'bad', dead: 'bad', blocked: 'bad' },
  ...{ RETRYING: 'warn', paused: 'warn', pausing: 'warn', stopped: 'warn', warning: 'warn', warn: 'warn' },
  ...{ partly: 'warn', off: 'warn', disabled: 'warn', note: 'warn' },
  ...{ INPROGRESS: 'busy', stopping: 'busy', resuming: 'busy', draining: 'busy', open: 'busy', due: 'busy' },
};

const WORDS: Readonly<Record<string, string>> = { INPROGRESS: 'IN PROGRESS', INSUFFICIENT_DATA: 'no data' };

export interface StatusProps {
  readonly of: string;
  /** Said instead of the state's own word. */
  readonly text?: string;
}

export const Status = ({ of, text }: StatusProps) => (
  <span class={`status status-${TONES[of] ?? 'calm'}`}>
    <span class="status-mark" aria-hidden="true" />
    {text ?? WORDS[of] ?? of}
  </span>
);
