/** A log line, parsed, with the time of its event as `@timestamp`. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A part of a query that this evaluator does not understand: it refuses rather than guesses. */
export class UnknownQueryError extends Error {
  override readonly name = 'UnknownQueryError';
}

/**
 * Runs a CloudWatch Logs Insights query over log lines, as far as our own queries go: fields, filter by equality, stats,
 * sort, limit (CloudWatch Logs User Guide, "CloudWatch Logs Insights query syntax").
 *
 * @returns rows of what the last `fields` or `stats` names
 * @throws UnknownQueryError for a command or function that it does not know, or a field that no line has
 */
export function runQuery(query: string, lines: readonly LogLine[]): LogLine[] {
  const commands = query.split('|').map((command) => command.trim());
  let rows = [...lines];
  let shown: readonly string[] | undefined;
  for (const command of commands) {
    const [verb = ''] = command.split(' ');
    const rest = command.slice(verb.length).trim();
    if (verb === 'SOURCE') rows = ofLogGroups(rest, rows);
    else if (verb === 'fields')
      shown = known(
        rest.split(',').map((name) => name.trim()),
        rows,
      );
    else if (verb === 'filter') rows = filtered(rest, rows);
    else if (verb === 'stats') [rows, shown] = [grouped(rest, rows), undefined];
    else if (verb === 'sort') rows = sorted(rest, rows);
    else if (verb === 'limit') rows = rows.slice(0, Number(rest));
    else throw new UnknownQueryError(command);
  }
  const names = shown;
  if (names === undefined) return rows;
  return rows.map((row) =>
    Object.fromEntries(names.filter((name) => row[name] !== undefined).map((name) => [name, row[name]])),
  );
}

/** A field that no line ever has is a name that somebody changed on one side only. */
function known(fields: readonly string[], rows: readonly LogLine[]): readonly string[] {
  const strange = fields.find((name) => !rows.some((row) => name in row));
  if (strange !== undefined) throw new UnknownQueryError(`no line has the field ${strange}`);
  return fields;
}

/** Lines of log groups whose names begin so; a line without a log group is of all. */
function ofLogGroups(source: string, rows: readonly LogLine[]): LogLine[] {
  const [, prefix] = /^logGroups\(namePrefix: \['([^']+)'\]\)$/.exec(source) ?? [];
  if (prefix === undefined) throw new UnknownQueryError(`SOURCE ${source}`);
  return rows.filter((row) => row['@log'] === undefined || String(row['@log']).startsWith(prefix));
}

function filtered(condition: string, rows: readonly LogLine[]): LogLine[] {
  const [, field, value] = /^(\S+) = "([^"]*)"$/.exec(condition) ?? [];
  if (field === undefined) throw new UnknownQueryError(`filter ${condition}`);
  known([field], rows);
  return rows.filter((row) => row[field] === value);
}

function sorted(order: string, rows: readonly LogLine[]): LogLine[] {
  const [, field = '', direction] = /^(\S+) (asc|desc)$/.exec(order) ?? [];
  if (direction === undefined) throw new UnknownQueryError(`sort ${order}`);
  known([field], rows);
  const sign = direction === 'asc' ? 1 : -1;
  return rows.toSorted((a, b) => sign * compare(a[field], b[field]));
}

const compare = (a: unknown, b: unknown) =>
  (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;

const FUNCTIONS: Record<string, (rows: readonly LogLine[], field: string) => unknown> = {
  count: (rows) => rows.length,
  count_distinct: (rows, field) => new Set(rows.map((row) => row[field])).size,
  min: (rows, field) => rows.map((row) => row[field]).reduce((a, b) => (compare(a, b) < 0 ? a : b)),
  max: (rows, field) => rows.map((row) => row[field]).reduce((a, b) => (compare(a, b) > 0 ? a : b)),
  latest: (rows, field) => rows.toSorted((a, b) => compare(a['@timestamp'], b['@timestamp'])).at(-1)?.[field],
};

function grouped(statistics: string, rows: readonly LogLine[]): LogLine[] {
  const [columns = '', by = ''] = statistics.split(' by ');
  const keys = known(
    by.split(',').map((name) => name.trim()),
    rows,
  );
  const computed = columns.split(/, (?=\w+\()/).map((column) => {
    const [, name = '', field = '', as = ''] = /^(\w+)\((\S+)\) as (\w+)$/.exec(column.trim()) ?? [];
    const compute = FUNCTIONS[name];
    if (compute === undefined) throw new UnknownQueryError(column);
    if (field !== '*') known([field], rows);
    return { as, of: (group: readonly LogLine[]) => compute(group, field) };
  });
  const groups = Map.groupBy(rows, (row) => JSON.stringify(keys.map((key) => row[key] ?? null)));
  return [...groups.values()].map((group) => ({
    ...Object.fromEntries(keys.map((key) => [key, group[0]?.[key]])),
    ...Object.fromEntries(computed.map(({ as, of }) => [as, of(group)])),
  }));
}
