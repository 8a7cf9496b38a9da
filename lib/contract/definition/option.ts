import { JobDefinitionError } from '../errors.ts';
import { didYouMean } from './suggest.ts';

/** What a numeric option accepts. */
export interface NumberRule {
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** Whose limit it is, shown behind the range. */
  readonly why?: string;
  /** Fractions are refused unless this is set. */
  readonly fraction?: true;
}

/**
 * @param path the option as its author wrote it, for the message
 * @throws JobDefinitionError quoting the range and the value
 */
export function checkedNumber(path: string, value: unknown, rule: NumberRule): number {
  if (value === undefined) return rule.default;
  const whole = rule.fraction ? Number.isFinite(value) : Number.isInteger(value);
  if (!whole || (value as number) < rule.min || (value as number) > rule.max) {
    const kind = rule.fraction ? '' : 'a whole number, ';
    const why = rule.why === undefined ? '' : ` (${rule.why})`;
    throw new JobDefinitionError(`${path} must be ${kind}${rule.min} to ${rule.max}${why}, got ${shown(value)}`);
  }
  return value as number;
}

/** @throws JobDefinitionError unless the value is absent, `true` or `false` */
export function checkedBoolean(path: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw new JobDefinitionError(`${path} must be true or false, got ${shown(value)}`);
  return value;
}

/** @throws JobDefinitionError unless the value is absent or one of the choices, of which the first is the default */
export function checkedChoice<const T extends string>(path: string, value: unknown, choices: readonly [T, ...T[]]): T {
  if (value === undefined) return choices[0];
  const chosen = choices.find((choice) => choice === value);
  if (chosen !== undefined) return chosen;
  throw new JobDefinitionError(
    `${path} must be ${choices.map((choice) => `"${choice}"`).join(' or ')}, got ${shown(value)}`,
  );
}

/** @throws JobDefinitionError unless the value is a plain object holding none but the known names */
export function checkedObject(path: string, value: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JobDefinitionError(`${path === '' ? 'options' : path} must be an object, got ${shown(value)}`);
  }
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new JobDefinitionError(
      `unknown option "${unknown}"${path === '' ? '' : ` in ${path}`}${didYouMean(unknown, known) || `; known: ${known.join(', ')}`}`,
    );
  }
  return value as Record<string, unknown>;
}

/** A value as a message quotes it. */
export function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  try {
    return JSON.stringify(value)?.slice(0, 200) ?? String(value);
  } catch {
    // A bigint or a circle: its type says enough.
    return `a ${typeof value}`;
  }
}
