/** A field of EventBridge's cron expressions (EventBridge User Guide, "Cron expressions"). */
interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of the values, from `min` on. */
  readonly names?: readonly string[];
  /** What may stand there beside values, ranges, steps and `*`. */
  readonly special?: RegExp;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const CRON: readonly CronField[] = [
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31, special: /^(\?|L|LW|(0?[1-9]|[12]\d|3[01])W)$/ },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 1, max: 7, names: DAYS, special: /^(\?|L|([1-7]|[A-Z]{3})L|([1-7]|[A-Z]{3})#[1-5])$/ },
  { name: 'year', min: 1970, max: 2199 },
];
const [DAY_OF_MONTH, DAY_OF_WEEK] = [2, 4];

/**
 * Looks at a schedule expression as EventBridge would.
 *
 * @returns what is wrong with it, as the end of a sentence that begins with its name; undefined if nothing is
 */
export function expressionFault(expression: string): string | undefined {
  const [, kind, inner = ''] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rateFault(inner);
  if (kind === 'cron') return cronFault(inner.split(' '));
  return 'must be rate(5 minutes) or cron(0 2 * * ? *), in EventBridge’s form';
}

function rateFault(inner: string): string | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4}) (minute|hour|day)s?$/.exec(inner) ?? [];
  if (unit === '') return 'must be a whole number of minutes, hours or days, as rate(5 minutes)';
  const wanted = `${count} ${unit}${count === '1' ? '' : 's'}`;
  return inner === wanted ? undefined : `must be rate(${wanted}): EventBridge is strict about the plural`;
}

function cronFault(fields: readonly string[]): string | undefined {
  if (fields.length !== CRON.length) {
    return `must have six fields, one blank between them, as cron(0 2 * * ? *): ${CRON.map(({ name }) => name).join(', ')}`;
  }
  for (const [i, rule] of CRON.entries()) {
    const bad = (fields[i] ?? '').split(',').find((item) => !isCronItem(item, rule));
    if (bad !== undefined) return `has "${bad}" for ${rule.name}, which is ${rule.min} to ${rule.max}`;
  }
  const open = [DAY_OF_MONTH, DAY_OF_WEEK].filter((i) => fields[i] === '?');
  return open.length === 1 ? undefined : 'must have "?" for day of month or for day of week, and not for both';
}

function isCronItem(item: string, { min, max, names = [], special }: CronField): boolean {
  if (special?.test(item)) return names.length === 0 || !/[A-Z]{3}/.test(item) || names.includes(item.slice(0, 3));
  const [, from = '', to, step] = /^(\*|[0-9A-Z]+)(?:-([0-9A-Z]+))?(?:\/(\d+))?$/.exec(item) ?? [];
  const isValue = (text: string) =>
    names.includes(text) || (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max);
  if (from === '*') return to === undefined && isStep(step, max);
  return isValue(from) && (to === undefined || isValue(to)) && isStep(step, max);
}

const isStep = (step: string | undefined, max: number): boolean =>
  step === undefined || (Number(step) >= 1 && Number(step) <= max);
