/** The runbook's sections: headings of `lib/operator/README.md`, which alarms link to. */
export const RUNBOOK = {
  deadLetters: 'Dead-letter queue not empty',
  queue: 'Queue too deep or too old',
  failures: 'Too many attempts fail',
  stalled: 'Jobs stall',
  functionErrors: 'Consumer failing',
  throttles: 'Consumer throttled',
  duration: 'Jobs near their timeout',
  notGettingThrough: 'Jobs do not get through',
  duplicates: 'Jobs come twice',
  dispatcher: 'Retry dispatcher failing',
  lateness: 'Retries overdue',
  schedules: 'Schedules do not send',
  breaker: 'Circuit breaker open',
} as const;

export type RunbookTopic = keyof typeof RUNBOOK;

/** The page in the checkout. A team sets the address of its own copy (`-c runbook=`). */
export const DEFAULT_RUNBOOK = 'lib/operator/README.md';

/** Link to a section, with the anchor that GitHub and GitLab give its heading. */
export function runbookLink(topic: RunbookTopic, document: string): string {
  const anchor = RUNBOOK[topic]
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
  return `${document}#${anchor}`;
}
