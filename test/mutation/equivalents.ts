/**
 * Mistakes that change no result, and why, each looked at by a person: file, code, replacement. Where one of the three
 * changes, the mistake is one that no test finds.
 */
type Equivalent = readonly [file: string, original: string, replacement: string, why: string];

const EQUIVALENTS: readonly Equivalent[] = [
  ['dead-letters/filter.ts', 'own.jobId !== undefined', 'true', 'a key stands only beside an id'],
  ['dead-letters/filter.ts', 'filter.sinceMs !== undefined', 'true', 'no time is less than undefined'],
  ['dead-letters/report.ts', 'sinceMs !== undefined', 'true', 'no time is less than undefined'],
  [
    'dead-letters/receive.ts',
    'StringValue === undefined',
    'false',
    'the binary attribute is undefined instead of absent',
  ],
  [
    'dead-letters/redrive.ts',
    '[]',
    '["Stryker was here"]',
    'what is returned is looked up among what was wanted: nothing',
  ],
  ['failure.ts', "''", '"Stryker was here!"', 'no code is compared with this text'],
  ['failure.ts', "typeof code === 'string'", 'true', 'a code that is no text matches no pattern'],
  ['lib/client/change-job.ts', "'set'", '""', 'a prefix that keeps two names apart: the other still has one'],
  ['lib/client/change-job.ts', "'is'", '""', 'a prefix that keeps two names apart: the other still has one'],
  ['jobs/job-logs.ts', '{ return undefined; }', '{}', 'a function without return returns undefined'],
  ['jobs/job-logs.ts', '[]', '["Stryker was here"]', 'no job has that key'],
  ['jobs/lists.ts', 'type === undefined', 'false', 'the same shards are read, without a type'],
  ['json-text.ts', "'0'", '""', 'both sides of the comparison change alike; an empty exponent is 0'],
  [
    ...(['json-text.ts', 'Number(exponent) - fraction.length + digits.length - short.length'] as const),
    'Number(exponent) - fraction.length + digits.length + short.length',
    'both sides of the comparison change alike',
  ],
  ['json-text.ts', "text.startsWith('\"')", "text.endsWith('\"')", 'a text that begins with a quote ends with one'],
  ['json-text.ts', "''", '"Stryker was here!"', 'it is replaced by the name that comes, before anybody reads it'],
  ['json-place.ts', "'value'", '""', 'the last branch is that of values'],
  ['json-place.ts', '/^first/', '/first/', 'the words that are looked for stand nowhere else'],
  ['json-place.ts', '/name$/', '/name/', 'the words that are looked for stand nowhere else'],
  ['json-place.ts', "text[at] !== '\"'", 'false', 'the pattern begins with a quote'],
  ['bin/cli/ask.ts', '{ return false; }', '{}', 'undefined counts as no, too'],
  [
    'bin/cli/verb.ts',
    'given.slice(0, command.registeredArguments.length)',
    'given',
    'a verb takes its own arguments alone',
  ],
  ['bin/cli/verbs/send.ts', '() => false', '() => undefined', 'undefined counts as no, too'],
  ['stage.ts', 'stage === undefined', 'false', 'a name that matches has both parts'],
  ['stage.ts', 'type === undefined', 'false', 'a name that matches has both parts'],
  [
    ...(['stage.ts', 'stage === undefined || type === undefined'] as const),
    'stage === undefined && type === undefined',
    'a name that matches has both parts',
  ],
];

/** Why a mistake changes no result; undefined if nobody has found that it does not. */
export function whyEquivalent(given: { file: string; original: string; replacement: string }): string | undefined {
  const line = (text: string) => text.replace(/\s+/g, ' ');
  return EQUIVALENTS.find(
    ([file, original, replacement]) =>
      given.file === (/^(bin|lib)\//.test(file) ? file : `lib/operator/${file}`) &&
      line(given.original) === original &&
      line(given.replacement) === replacement,
  )?.[3];
}
