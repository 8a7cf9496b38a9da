import { isOver, type SentJob } from './sent.ts';

/** Shows the states of each job type as they change: redrawn on a terminal, one plain line for each change elsewhere. */
export function makeProgress(out: NodeJS.WriteStream): (sent: readonly SentJob[], nowMs: number) => void {
  const shown = new Map<string, string>();
  let drawn = 0;
  return (sent, nowMs) => {
    const types = [...new Set(sent.map(({ job }) => job.type))];
    if (out.isTTY) {
      const lines = types.map((type) => line(type, sent, nowMs));
      out.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((text) => `\u001b[2K${text}\n`).join('')}`);
      drawn = lines.length;
      return;
    }
    for (const type of types) {
      // Without the countdown, which would print a line each second.
      const text = line(type, sent);
      if (shown.get(type) === text) continue;
      shown.set(type, text);
      out.write(`${text}\n`);
    }
  };
}

function line(type: string, sent: readonly SentJob[], nowMs?: number): string {
  const counts = new Map<string, number>();
  for (const each of sent.filter(({ job }) => job.type === type)) {
    const state = stateOf(each, nowMs);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return `  ${type.padEnd(16)} ${[...counts].map(([state, n]) => `${n} ${state}`).join('   ')}`;
}

function stateOf(sent: SentJob, nowMs: number | undefined): string {
  const { item } = sent;
  if (item === undefined) return 'queued';
  if (item.status === 'DEAD' && !isOver(sent)) return 'dying';
  const { status, dueAt } = item;
  if (dueAt === undefined || nowMs === undefined) return status === 'INPROGRESS' ? 'running' : status.toLowerCase();
  return `${status.toLowerCase()} (in ${Math.max(0, Math.round((dueAt - nowMs) / 1000))} s)`;
}
