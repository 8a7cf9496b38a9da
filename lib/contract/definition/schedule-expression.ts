import { type CronField, firesAfter, firesAt, numberOf, timesFrom, type Walk } from './cron-calendar.ts';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The fields of EventBridge's cron expressions (EventBridge User Guide, "Cron expressions"). */
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
 * Looks at a schedule expression as EventBridge would, and whether it ever fires.
 *
 * @param afterMs a time of the expression that is not after this has passed. It is read on the clock of the expression's
 *                own zone: 02:00 there is 02:00 of UTC here
 * @returns what is wrong with it, as the end of a sentence that begins with its name; undefined if nothing is
 */
export function expressionFault(expression: string, afterMs: number): string | undefined {
  const [, kind, inner = ''] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rateFault(inner);
  if (kind === 'cron') return cronFault(inner.split(' ')) ?? timeFault(inner.split(' '), afterMs);
  return 'must be rate(5 minutes) or cron(0 2 * * ? *), in EventBridge’s form';
}

/**
 * Tells which times an expression has that {@link expressionFault} finds no fault in.
 *
 * @returns whether it has a time, which is read on the clock of its own zone, as one of UTC; undefined of a rate
 */
export function cronTimes(expression: string): ((atMs: number) => boolean) | undefined {
  const [, inner] = /^cron\((.*)\)$/.exec(expression) ?? [];
  return inner === undefined ? undefined : firesAt(inner.split(' '), CRON);
}

/**
 * The times of an expression that {@link expressionFault} finds no fault in, in their order.
 *
 * @returns each is read on the clock of its own zone, as one of UTC; none of a rate, which begins when its rule is made
 */
export function cronTimesFrom(expression: string, walk: Walk): Iterable<number> {
  const [, inner] = /^cron\((.*)\)$/.exec(expression) ?? [];
  return inner === undefined ? [] : timesFrom(inner.split(' '), CRON, walk);
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
    const items = (fields[i] ?? '').split(',');
    const bad = items.find((item) => !isCronItem(item, rule));
    if (bad !== undefined) return `has "${bad}" for ${rule.name}, which is ${rule.min} to ${rule.max}`;
    const backwards = items.find((item) => runsBackwards(item, rule));
    if (backwards !== undefined) return `has "${backwards}" for ${rule.name}, a range that runs backwards`;
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

function runsBackwards(item: string, rule: CronField): boolean {
  const [, from, to] = /^(\w+)-(\w+)/.exec(item) ?? [];
  return from !== undefined && to !== undefined && numberOf(from, rule) > numberOf(to, rule);
}

function timeFault(fields: readonly string[], afterMs: number): string | undefined {
  if (firesAfter(fields, CRON, afterMs)) return undefined;
  if (!firesAfter(fields, CRON, Number.NEGATIVE_INFINITY)) return 'never fires: none of its months has such a day';
  return `never fires: its last time is before ${new Date(afterMs).toISOString().slice(0, 16)}`;
}
