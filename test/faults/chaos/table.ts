import type { Observed } from './far-side.ts';
import { type ChaosJob, SYNC } from './plan.ts';
import type { Injected } from './storm.ts';

export interface Report {
  readonly seed: number;
  readonly jobs: readonly ChaosJob[];
  readonly messages: number;
  readonly injected: Injected;
  readonly observed: Observed;
  readonly tookMs: number;
}

/** What was injected, and what was found. */
export function chaosTable({ seed, jobs, messages, injected, observed, tookMs }: Report): string {
  const kinds = (kind: ChaosJob['kind']) => jobs.filter((job) => job.kind === kind).length;
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  const rows: readonly (readonly [string, string | number])[] = [
    [`seed ${seed}`, seconds(tookMs)],
    ['INJECTED', ''],
    ['jobs, messages sent', `${jobs.length}, ${messages}`],
    ['failing at random, 1 to 3 attempts', kinds('flaky')],
    ['failing for good', kinds('doomed')],
    ['killing their own process', kinds('killer')],
    ['Lambda processes killed with SIGKILL', injected.workersKilled],
    ['third parties down', `${injected.outages} times, ${seconds(injected.outageMs)} together`],
    ['third parties’ answers lost, refusals', `${observed.lostAnswers}, ${observed.refusals}`],
    ['dispatcher’s rule off', seconds(injected.ruleOffMs)],
    ['FOUND', ''],
    ...[...new Set(jobs.map(({ type }) => type))].map((type) => [type, foundOf(type, jobs, observed)] as const),
    ['attempts, of jobs that took several', attempts(observed)],
    ['attempts after a process had died', observed.stalled],
    ['messages dropped as duplicates', observed.duplicates],
    ['dead jobs, dead letters', `${dead(observed)}, ${observed.deadLetters.length}`],
    ['messages left', observed.messagesLeft],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}

function foundOf(type: ChaosJob['type'], jobs: readonly ChaosJob[], observed: Observed): string {
  const own = jobs.filter((job) => job.type === type);
  const having = (status: string) => own.filter(({ id }) => observed.items.get(id)?.status === status).length;
  const [completed, dead] = [having('COMPLETED'), having('DEAD')];
  const others = own.length - completed - dead;
  const unfinished = others > 0 ? `, ${others} unfinished` : '';
  return `${completed} completed, ${dead} dead${unfinished}; ${farSide(type, observed)}`;
}

function farSide(type: ChaosJob['type'], { mails, payments, slices, reports }: Observed): string {
  const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((all, count) => all + count, 0);
  switch (type) {
    case 'send-email':
      return `${sum(mails)} e-mails for ${mails.size} jobs`;
    case 'process-payment':
      return `${sum(payments)} payments of ${payments.size} jobs`;
    case 'sync-data':
      return `${sum(slices)} writes of ${slices.size} pages, ${SYNC.pages} a job`;
    case 'generate-report':
      return `${sum(reports)} rows in ${reports.size} reports`;
  }
}

function attempts({ items }: Observed): string {
  const all = [...items.values()];
  const several = all.filter((item) => item.attempts > 1);
  return `${all.reduce((sum, item) => sum + item.attempts, 0)}, ${several.length}`;
}

const dead = ({ items }: Observed) => [...items.values()].filter(({ status }) => status === 'DEAD').length;
