/** A deliberate defect: one piece of the code under test, and what stands there instead. */
export interface Mutant {
  readonly defect: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    defect: 'the owner is the same for a whole invocation',
    file: 'lib/engine/attempt.ts',
    from: 'owner: engine.nonce()',
    to: 'owner: String(invocation.endsAtMs)',
  },
  {
    defect: 'an early message is deleted',
    file: 'lib/contract/begin.ts',
    from: "return { row: 'B6', action: 'wait', untilMs: dueAt };",
    to: "return { row: 'B6', action: 'ack' };",
  },
  {
    defect: 'a running job’s message is deleted',
    file: 'lib/contract/begin.ts',
    from: "return { row: 'B7', action: 'wait', untilMs: (item.leaseUntil ?? 0) + 1000 };",
    to: "return { row: 'B7', action: 'ack' };",
  },
  {
    defect: 'a lease is taken while it lives',
    file: 'lib/contract/begin.ts',
    from: '(item.leaseUntil ?? 0) <= nowMs',
    to: '(item.leaseUntil ?? 0) <= nowMs + 20_000',
  },
  {
    defect: 'a stalled job begins whatever attempts it has had',
    file: 'lib/contract/begin.ts',
    from: 'if (item.attempts < item.maxAttempts) {',
    to: 'if (item.attempts < 100) {',
  },
  {
    defect: 'stalled jobs run beside others',
    file: 'lib/engine/batch.ts',
    from: 'const fate = await runRecord(record, { engine, invocation, alone: false, fresh });',
    to: 'const fate = await runRecord(record, { engine, invocation, alone: true, fresh });',
  },
  {
    defect: 'a job starts before it is due',
    file: 'lib/contract/begin.ts',
    from: 'if (dueAt > facts.nowMs + EARLY_MS)',
    to: 'if (dueAt > facts.nowMs + 60_000)',
  },
  {
    defect: 'a dead job’s letter is not sent when its first burial failed',
    file: 'lib/contract/begin.ts',
    from: "return item.undelivered ? { row: 'B11', action: 'bury' } : { row: 'B13', action: 'ack' };",
    to: "return { row: 'B13', action: 'ack' };",
  },
  {
    defect: 'a message whose dead letter was refused is deleted',
    file: 'lib/engine/dead-letter.ts',
    from: "return 'keep';",
    to: "return 'ack';",
  },
  {
    defect: 'a letter counts as sent before it is',
    file: 'lib/contract/settle.ts',
    from: 'listAt: nowMs, undelivered: true }',
    to: 'listAt: nowMs }',
  },
  {
    defect: 'a parked job is on no list',
    file: 'lib/contract/settle.ts',
    from: 'listKey: dueList(item.id), listAt: dueAt }',
    to: 'listAt: dueAt }',
  },
  {
    defect: 'a snooze counts as no attempt of its own, and begins take none',
    file: 'lib/contract/settle.ts',
    from: '{ attempts: item.attempts - 1, snoozes: item.snoozes + 1,',
    to: '{ attempts: item.attempts - 1, snoozes: item.snoozes,',
  },
  {
    defect: 'commit stands outside the fence',
    file: 'lib/engine/settle.ts',
    from: 'await transact(step.write, done.writes, engine)',
    to: 'await transact({ ...step.write, fence: {} }, done.writes, engine)',
  },
  {
    defect: 'a checkpoint stands outside the fence',
    file: 'lib/contract/settle.ts',
    from: 'return uncancelled({ ...write, fence: { ...write.fence, checkpointNo: item.checkpointNo } });',
    to: 'return { ...write, fence: {} };',
  },
  {
    defect: 'a redrive of any run begins again',
    file: 'lib/contract/begin.ts',
    from: "return item.status === 'DEAD' && jobId === item.jobId && run === item.runNo;",
    to: 'return jobId === item.jobId && run !== undefined;',
  },
  {
    defect: 'a handler that fails is taken to have succeeded',
    file: 'lib/engine/run-handler.ts',
    from: "return { kind: 'failed', error };",
    to: "return { kind: 'completed', result: String(error), writes: staged };",
  },
];
