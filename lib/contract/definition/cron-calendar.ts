/** A field of a cron expression. */
export interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of the values, from `min` on. */
  readonly names?: readonly string[];
  /** What may stand there beside values, ranges, steps and `*`. */
  readonly special?: RegExp;
}

const DAY_MS = 24 * 3600_000;

/** The number that a value of a field stands for: 2 for `MON`. */
export function numberOf(text: string, { min, names = [] }: CronField): number {
  const i = names.indexOf(text);
  return i === -1 ? Number(text) : min + i;
}

/**
 * Whether a cron expression has a time after a moment.
 *
 * @param fields its six fields, each checked
 * @param rules  what each of them may hold, in the same order
 */
export function firesAfter(fields: readonly string[], rules: readonly CronField[], afterMs: number): boolean {
  const [minutes = [], hours = [], , months = [], , years = []] = rules.map((rule, i) => listed(fields[i] ?? '', rule));
  const lastOfDayMs = (Math.max(...hours) * 60 + Math.max(...minutes)) * 60_000;
  const isDay = dayRule(fields, rules);
  const firstYear = Number.isFinite(afterMs) ? new Date(afterMs).getUTCFullYear() : 0;
  return years.some(
    (year) =>
      year >= firstYear &&
      months.some((month) => daysOf(year, month).some((day) => day.atMs + lastOfDayMs > afterMs && isDay(day))),
  );
}

/**
 * Tells which times a cron expression has.
 *
 * @returns whether it has a time, which is read on the clock of the expression's own zone, as one of UTC
 */
export function firesAt(fields: readonly string[], rules: readonly CronField[]): (atMs: number) => boolean {
  const [minutes = [], hours = [], , months = [], , years = []] = rules.map((rule, i) => listed(fields[i] ?? '', rule));
  const isDay = dayRule(fields, rules);
  return (atMs) => {
    const at = new Date(atMs);
    const [year, month] = [at.getUTCFullYear(), at.getUTCMonth() + 1];
    const day = daysOf(year, month)[at.getUTCDate() - 1];
    if (!minutes.includes(at.getUTCMinutes()) || !hours.includes(at.getUTCHours())) return false;
    return months.includes(month) && years.includes(year) && day !== undefined && isDay(day);
  };
}

/** Where a walk through a calendar begins, and which way it goes. */
export interface Walk {
  /** Epoch ms; the times begin there or after it. Read on the expression's own clock, as one of UTC. */
  readonly fromMs: number;
  /** From there into the past. @default into the future */
  readonly backwards?: boolean;
}

/** The times of a cron expression, in their order: each is read on the clock of the expression's own zone, as one of UTC. */
export function* timesFrom(
  fields: readonly string[],
  rules: readonly CronField[],
  { fromMs, backwards = false }: Walk,
): Generator<number> {
  const inOrder = <T>(values: readonly T[]): readonly T[] => (backwards ? values.toReversed() : values);
  const [minutes = [], hours = [], , months = [], , years = []] = rules.map((rule, i) =>
    inOrder([...new Set(listed(fields[i] ?? '', rule))].sort((a, b) => a - b)),
  );
  const isDay = dayRule(fields, rules);
  const isBefore = (startMs: number, endMs: number) => (backwards ? startMs > fromMs : endMs < fromMs);
  for (const year of years) {
    if (isBefore(Date.UTC(year, 0), Date.UTC(year + 1, 0))) continue;
    const days = months.flatMap((month) => inOrder(daysOf(year, month)));
    for (const day of days.filter((one) => !isBefore(one.atMs, one.atMs + DAY_MS) && isDay(one))) {
      for (const hour of hours) {
        for (const minute of minutes) {
          const atMs = day.atMs + (hour * 60 + minute) * 60_000;
          if (!isBefore(atMs, atMs)) yield atMs;
        }
      }
    }
  }
}

function dayRule(fields: readonly string[], rules: readonly CronField[]): (day: Day) => boolean {
  const [, , monthDay = '', , weekDay = ''] = fields;
  const [, , monthDays, , weekDays] = rules;
  if (monthDays === undefined || weekDays === undefined) return () => false;
  return (day) => (monthDay === '?' ? isWeekDay(day, weekDay, weekDays) : isMonthDay(day, monthDay, monthDays));
}

/** The numbers that a field's values, ranges and steps stand for; what is special in it is left out. */
function listed(field: string, rule: CronField): number[] {
  return field.split(',').flatMap((item) => {
    if (rule.special?.test(item)) return [];
    const [range = '', step] = item.split('/');
    const [first = '', last] = range.split('-');
    const from = first === '*' ? rule.min : numberOf(first, rule);
    const open = first === '*' || step !== undefined ? rule.max : from;
    const to = last === undefined ? open : numberOf(last, rule);
    const by = Number(step ?? 1);
    return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, i) => from + i * by);
  });
}

interface Day {
  /** From 1. */
  readonly day: number;
  /** From 1, which is Sunday. */
  readonly weekDay: number;
  /** Days of its month. */
  readonly last: number;
  readonly atMs: number;
}

function daysOf(year: number, month: number): Day[] {
  const firstMs = Date.UTC(year, month - 1, 1);
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const firstWeekDay = new Date(firstMs).getUTCDay();
  return Array.from({ length: last }, (_, i) => ({
    ...{ day: i + 1, last, weekDay: ((firstWeekDay + i) % 7) + 1 },
    atMs: firstMs + i * DAY_MS,
  }));
}

function isMonthDay(day: Day, field: string, rule: CronField): boolean {
  return field.split(',').some((item) => {
    if (item === 'L') return day.day === day.last;
    if (item === 'LW') return isNearest(day, day.last);
    if (item.endsWith('W')) return isNearest(day, Number.parseInt(item, 10));
    return listed(item, rule).includes(day.day);
  });
}

/** Whether this is the working day nearest to a day of the same month. */
function isNearest({ day, weekDay, last }: Day, wanted: number): boolean {
  if (wanted > last || weekDay === 1 || weekDay === 7) return false;
  const [isMonday, isFriday] = [weekDay === 2, weekDay === 6];
  if (day === wanted) return true;
  if (isMonday && (day === wanted + 1 || (wanted === 1 && day === 3))) return true;
  return isFriday && (day === wanted - 1 || (wanted === last && day === last - 2));
}

function isWeekDay(day: Day, field: string, rule: CronField): boolean {
  return field.split(',').some((item) => {
    if (item === 'L') return day.weekDay === rule.max;
    const [, name = '', nth] = /^(\w+?)(L|#\d)$/.exec(item) ?? [];
    if (nth === undefined) return listed(item, rule).includes(day.weekDay);
    const isTurn = nth === 'L' ? day.day + 7 > day.last : Math.ceil(day.day / 7) === Number(nth.slice(1));
    return isTurn && day.weekDay === numberOf(name, rule);
  });
}
