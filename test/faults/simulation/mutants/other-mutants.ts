import { inContract, inEngine, inSettle, type Mutant } from './mutant.ts';

/** Defects in how a job is settled, dead-lettered and released, and in what becomes of its message. */
export const OTHER_MUTANTS: readonly Mutant[] = [
  inEngine('job/attempt')('the owner is the same for a whole invocation', [
    'owner: engine.nonce()',
    'owner: String(invocation.endsAtMs)',
  ]),
  inEngine('job/attempt')('a job is DEAD after its dead letter is sent, not before', [
    'settle: (claim: Claim, outcome: Outcome) => settle(claim, outcome, engine),',
    `settle: async (claim: Claim, outcome: Outcome) => {
      if (outcome.kind === 'failed' && outcome.error instanceof Error && outcome.error.name === 'PermanentError')
        await deadLetter({ ...claim.item, reason: 'PermanentError' }, message, engine);
      return settle(claim, outcome, engine);
    },`,
  ]),
  inEngine('job/attempt')('a retry in place does not set its message’s visibility', [
    "if (step.action === 'wait') return wait(received, step.untilMs, engine);",
    "if (step.action === 'wait') return 'keep';",
  ]),
  inContract('protocol/enqueued')('a transaction enqueues a job over another', [
    'attribute_not_exists(id) OR (',
    'attribute_not_exists(nothing) OR (',
  ]),
  inContract('protocol/enqueued')('a job that a transaction enqueues is on no list', [
    '...newItem(facts), ...scheduled(facts, dueAt) }',
    "...newItem(facts), ...scheduled(facts, dueAt), listKey: 'none' }",
  ]),
  {
    defect: 'a job is woken, and its place in the list forgotten',
    edits: [{ file: 'lib/producer/wake.ts', from: "'SET listAt = :at'", to: "'SET listAt = :at REMOVE envelope'" }],
  },
  inEngine('job/batch')('stalled jobs run beside others', [
    'records.map((record) => run(record, { alone: false, isFirst: true }))',
    'records.map((record) => run(record, { alone: true, isFirst: true }))',
  ]),
  inEngine('message/dead-letter')('a message whose dead letter was refused is deleted', [
    "return 'keep';",
    "return 'ack';",
  ]),
  inEngine('message/wait')('a renewed message does not carry its job’s id', [
    'MessageAttributes: toSqs(writeAttributes({ own, sender }, roomBeside(body))),',
    'MessageAttributes: {},',
  ]),
  inEngine('retries/release')('a parked job leaves its list when its message is sent', [
    "{ kind: 'update', id, set: { listAt }, remove: [], fence, absent: [] }",
    "{ kind: 'update', id, set: {}, remove: ['listKey', 'listAt'], fence, absent: [] }",
  ]),
  inEngine('retries/release')('a parked job’s message is sent after its list was updated', [
    'const { Successful = [], Failed = [] } = await deps.callTime.call(',
    'await Promise.all(items.map((item) => moveOn(item, Math.max(deps.clock.now(), item.dueAt ?? 0) + WATCHDOG_MS, deps)));\n    const { Successful = [], Failed = [] } = await deps.callTime.call(',
  ]),
  {
    ...inEngine('calls/call-time')('a call is waited for beyond the moment at which its batch must be reported', [
      ': bound.within(send)',
      ': send()',
    ]),
    often: 'unanswered',
  },
  {
    defect: 'the SDK tries the engine’s calls again by itself, and nothing bounds that',
    edits: [
      { file: 'lib/aws/client-settings.ts', from: 'REQUESTS_PER_CALL = 1', to: 'REQUESTS_PER_CALL = 4' },
      { file: 'lib/engine/calls/call-time.ts', from: ': bound.within(send)', to: ': send()' },
    ],
  },
  inContract('protocol/timing')('nobody watches what was released', ['24 * 3600 * 1000', '1000 * 24 * 3600 * 1000']),
  inEngine('job/run-handler')('a handler that fails is taken to have succeeded', [
    "return { kind: 'failed', error };",
    "return { kind: 'completed', result: String(error), writes: staged };",
  ]),
  inEngine('job/settle')('a reply that was lost is taken for a lost lease', [
    'return item?.owner === write.fence.owner && item?.status === write.set.status;',
    'return false;',
  ]),
  inEngine('job/settle')('an item without room for its message keeps its list time', [
    'listKey: __, listAt: ___, ...set }',
    'listKey: __, ...set }',
  ]),
  inEngine('calls/events')('an event that EventBridge’s answer leaves out counts as taken', [
    'if (EventId !== undefined) one.resolve();',
    'if (result === undefined || EventId !== undefined) one.resolve();',
  ]),
  {
    ...inEngine('calls/sqs')('a message that SQS’s answer leaves out counts as taken', [
      'if (!answered.has(one)) one.reject(',
      'if (!answered.has(one)) one.resolve(',
    ]),
    often: 'partly',
  },
  {
    defect: 'a dead letter that SQS’s answer leaves out is deleted when it is sent back',
    edits: [
      {
        file: 'lib/operator/dead-letters/send-back.ts',
        from: 'if (done.has(String(i))) return [];',
        to: 'if (done.has(String(i)) || !Failed.some(({ Id }) => Id === String(i))) return [];',
      },
    ],
    often: 'partly',
    seed: 12_001,
  },
  inEngine('job/settle')('commit stands outside the fence', [
    'store.settle(step.write, { with: writes })',
    'store.settle({ ...step.write, fence: { id: step.write.id } }, { with: writes })',
  ]),
  {
    defect: 'the lease is not fenced at settle',
    edits: [
      {
        file: 'lib/contract/protocol/settle.ts',
        from: "fence: { status: 'INPROGRESS', owner, attempts }",
        to: "fence: attempts < 0 ? {} : { status: 'INPROGRESS' }",
      },
      { file: 'lib/engine/job/settle.ts', from: 'item?.owner === write.fence.owner &&', to: '' },
    ],
    often: 'straggles',
  },
  inSettle('a checkpoint stands outside the fence', [
    'return uncancelled({ ...write, fence: { ...write.fence, checkpointNo: item.checkpointNo } });',
    'return { ...write, fence: { id: item.id } };',
  ]),
  inSettle('a checkpoint has no number', ['    checkpointNo: item.checkpointNo + 1,\n', '']),
  inSettle('a dead letter counts as sent before it is', ['listAt: nowMs, undelivered: true }', 'listAt: nowMs }']),
  inSettle('a parked job is on no list', ['listKey: dueList(item.id), listAt: dueAt }', 'listAt: dueAt }']),
  inSettle('a snooze is not counted', [
    '{ attempts: item.attempts - 1, snoozes: item.snoozes + 1 }',
    '{ attempts: item.attempts - 1, snoozes: item.snoozes }',
  ]),
  inContract('protocol/decide')('a shutdown spends an attempt', ["{ kind: 'putBack',", "{ kind: 'retry',"]),
  inEngine('job/run-handler')(
    'a handler starts after SIGTERM',
    ['if (engine.shutdown.aborted) return', 'if (engine.shutdown.aborted && claim.item.attempts > 1) return'],
    ['if (engine.shutdown.aborted) {', 'if (engine.shutdown.aborted && claim.item.attempts > 1) {'],
  ),
  inEngine('job/left-behind')('a rejection fails whichever job runs', [
    'const job = currentJob();',
    'const [job] = engine.running;',
  ]),
  inEngine('job/left-behind')('the job whose exception ends the process is put back as the others are', [
    'job.isToBlame = true;',
    '',
  ]),
  inContract('protocol/crash')('a crash is explained by the note of an earlier one', [
    'crash !== undefined && crash.owner === owner ? crash : undefined',
    'crash ?? (owner === undefined ? crash : undefined)',
  ]),
  inSettle('a cancelled job is tried again', [
    "({ ...write, absent: ['cancelRequested'] })",
    '({ ...write, absent: [] })',
  ]),
  inEngine('logs')('an error is logged as it was thrown', ['error: readError(thrown)', 'error: thrown']),
  inSettle('an attempt’s end leaves out its latest progress', [
    'progress !== undefined && { progress };',
    'progress === false && { progress };',
  ]),
  inContract('protocol/expiration')('a waiting item can expire', [
    'Math.ceil(untilMs / 1000) + deadRetentionSeconds(retention)',
    'Math.ceil(untilMs / 1000) + 0 * retention.retention',
  ]),
  inContract('protocol/expiration')('a finished job is remembered for one day', [
    'retention * DAY_SECONDS;\n\n/** Seconds that a dead',
    'Math.min(1, retention) * DAY_SECONDS;\n\n/** Seconds that a dead',
  ]),
  inContract('message-attributes')('a sender’s own jobId names the job', [
    'if (isJobId(jobId) && Object.keys(numbers).length > 0)',
    'if (isJobId(jobId))',
  ]),
  inContract('message-attributes')('the version before finds no name on what this one sends', [
    'if (attributeBytes(all) <= room) return all;',
    '',
  ]),
  inContract('protocol/job-item')('a parked job loses its sender’s attributes', [
    "...optional('attributes', sender),",
    '',
  ]),
  inEngine('job/batch')('a job that the version before renewed gets a new name', [
    'former !== undefined && isFormer(former, await store.read(former.key)) ? former : message;',
    'message;',
  ]),
  inEngine('retries/dispatch')('core releases what the next version parked', [
    'items.filter((item) => !isOfNewer(item))',
    'items.filter((item) => item.id !== undefined)',
  ]),
  {
    defect: 'an operator of this version changes a job of the next one',
    edits: [
      {
        file: 'lib/client/change-job.ts',
        from: 'item !== undefined && isOfNewer(item)',
        to: 'item?.id === undefined && round < 0',
      },
    ],
  },
  inEngine('job/hold-back')('a consumer begins its jobs though core is too old', [
    'if (core.isNewEnough) return undefined;',
    'if (core.isNewEnough || found > 0) return undefined;',
  ]),
  inEngine('table/core-schema')('any number that core says is high enough', ['found >= needed', 'found > 0']),
  inEngine('job/hold-back')('what is held back is deleted, if something of its batch was sent anew', [
    "outcomes[i] === 'keep'",
    "outcomes[i] !== 'keep'",
  ]),
  inEngine('table/core-schema')('core says its number only where there was one before', [
    'await writer({ ...common, text: `INSERT INTO',
    'if (schema < 0) await writer({ ...common, text: `INSERT INTO',
  ]),
  inEngine('message/wait')('a refused body loses the id that it came with when it is sent anew', [
    'const first = refusal === undefined ? {}',
    'const first = refusal !== undefined ? {}',
  ]),
];
