/** Ready queries over the consumers' logs, by what they answer. The fields are those of the engine's own log lines. */
export const EXAMPLES: readonly { readonly name: string; readonly query: string }[] = [
  {
    name: 'Jobs of an error',
    query: [
      'filter message = "job.failed" and errorName like /(?i)timeout/',
      'fields @timestamp, jobType, jobId, key, attempt, errorName, errorMessage',
      'sort @timestamp desc',
      'limit 100',
    ].join('\n| '),
  },
  {
    name: 'Slow jobs',
    query: [
      'filter message = "job.completed"',
      'fields @timestamp, jobType, jobId, key, attempt, durationMs',
      'sort durationMs desc',
      'limit 50',
    ].join('\n| '),
  },
  {
    name: 'By tenant',
    query: [
      'filter message = "job.failed"',
      'stats count(*) as attempts, count_distinct(jobId) as jobs, latest(errorMessage) as lastMessage by tenant, jobType',
      'sort attempts desc',
      'limit 100',
    ].join('\n| '),
  },
  {
    name: 'Failures by error',
    query: [
      'filter message = "job.failed"',
      'stats count(*) as attempts, count_distinct(jobId) as jobs, latest(errorMessage) as lastMessage by jobType, errorName',
      'sort attempts desc',
      'limit 100',
    ].join('\n| '),
  },
];

/** Columns of an answer: every name that a row has, in the order of the first that has it. `@ptr` is for machines. */
export function columnsOf(rows: readonly Readonly<Record<string, string>>[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name !== '@ptr');
}

/** The job that a row is of, where it names one. */
export function jobOf(
  row: Readonly<Record<string, string>>,
): { readonly type: string; readonly key: string } | undefined {
  const { jobType: type, key, jobId } = row;
  const name = key ?? jobId;
  return type === undefined || type === '' || name === undefined || name === '' ? undefined : { type, key: name };
}
