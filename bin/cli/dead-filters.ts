import { type Command, Option } from 'commander';
import type { DeadFilter } from '../../lib/operator/index.ts';
import { key, reason, since, UsageError } from './options.ts';

/** Values of `--reason`, `--error`, `--since` (epoch ms) and `--key`. */
export interface FilterOptions {
  readonly reason?: string;
  readonly error?: string;
  readonly since?: number;
  /** Several where the verb takes several. */
  readonly key?: string | readonly string[];
}

/** Adds the filters that `dead` and `dlq` share. `severalKeys`: `--key` may be given again and again. */
export function withFilters(command: Command, { severalKeys = false } = {}): Command {
  const option = (flags: string, text: string, parse: (value: string) => unknown) =>
    command.addOption(new Option(flags, text).argParser(once(flags, parse)).helpGroup('Which:'));
  const reasons = 'PermanentError, AttemptsExhausted, InvalidMessage, InvalidPayload, Crashed or Expired';
  option('--reason <reason>', `died of: ${reasons}`, reason);
  option('--error <text>', 'the error’s name or message contains the text', String);
  option('--since <age>', 'died within, as 30m, 2h, 1d; or since a time in ISO 8601, local without a zone', since);
  if (!severalKeys) option('--key <key>', 'the job of this key', key);
  else {
    const text = 'the job of this key; may be given several times';
    command.addOption(new Option('--key <key>', text).argParser(several).helpGroup('Which:'));
  }
  return command;
}

/** Refuses an option that is given twice: the second value would replace the first, and a purge may follow. */
const once = (flags: string, parse: (value: string) => unknown) => (value: string, before: unknown) => {
  if (before !== undefined)
    throw new UsageError(`${flags.split(' ')[0]} is given twice: run the command once for each`);
  return parse(value);
};

const several = (value: string, before: readonly string[] = []): string[] => [...before, key(value)];

export const filterOf = ({ reason, error, since: sinceMs, key: given }: FilterOptions): DeadFilter => ({
  ...{ reason, error, sinceMs },
  ...(typeof given === 'object' && given.length > 1
    ? { keys: given }
    : { key: [given].flat()[0] as string | undefined }),
});
