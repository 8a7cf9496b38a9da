import { type Edit, inBegin, inContract, inEngine, inSettle, type Mutant } from './mutant.ts';

const inFlow = inContract('flow');
const inEnd = inEngine('flow/end');
const inHandOn = inEngine('flow/hand-on');
const inPlaces = inEngine('flow/places');
const inOperate = inContract('protocol/operate');

/** Its edits stand in several files. */
const joined = (defect: string, ...parts: readonly Mutant[]): Mutant => ({
  defect,
  edits: parts.flatMap(({ edits }): readonly Edit[] => edits),
});

const SENDS_OUTBOX = [
  "import { type FlowPortsDeps, makeFlowPorts } from './ports.ts';",
  "import { type FlowPortsDeps, makeFlowPorts } from './ports.ts';\nimport { sendOutbox } from './hand-on.ts';\nimport { unpack } from './outbox.ts';",
] as const;

/** Whoever waits, by an expression that needs none of the update's values. */
const WAITS = 'attribute_exists(dueAt)';

const FLOW_DEFECTS: readonly Mutant[] = [
  joined(
    'a callback counts its children’s ends instead of naming their places',
    inPlaces(
      '',
      ["'DELETE #open :places, #dead :places'", "'DELETE #open :places, #dead :places ADD missing :less'"],
      ['values: { places: new Set(ended.map', 'values: { less: -ended.length, places: new Set(ended.map'],
      ["const empty = ['open', ...(mode", 'const empty = [...(mode'],
    ),
    inFlow('', [
      'return size(open) === 0 &&',
      'return (total ?? 0) + ((arguments[0] as { missing?: number }).missing ?? 0) <= 0 &&',
    ]),
  ),
  inEngine('job/ended')('a job’s message goes before its end is handed on', [
    '? await flow.end(item, message, engine)',
    '? !void flow.end(item, message, engine)',
  ]),
  inEngine('job/not-started')('a duplicate of a finished job hands nothing on', [
    "step.row !== 'foreign' &&",
    "step.row !== 'foreign' && step.row !== 'duplicate' &&",
  ]),
  {
    ...inPlaces('a death is noted whether or not its place is still open', [
      "'#status = :waits AND contains(#open, :place)'",
      "'#status = :waits AND (contains(#open, :place) OR #status = :waits)'",
    ]),
    often: 'straggles',
  },
  {
    ...inHandOn('children are sent before their callback is parked', [
      'const callback = batch && (await park(batch, ended));',
      'if (batch) await sendAll(batch.children, message, { engine, ports });\n  const callback = batch && (await park(batch, ended));',
    ]),
    often: 'straggles',
  },
  joined(
    'a release does not ask whether the callback still waits',
    inPlaces(
      '',
      ["'SET #dueAt = :now, #listAt = :now'", "'SET #dueAt = :now, #listAt = :now, #status = :waits'"],
      ["    '#status = :waits',\n    '#dueAt = :deadline',", "    '(#status = :waits OR deadlineAt = :deadline)',"],
    ),
    inFlow('', [
      "if (status !== 'SCHEDULED' || total === undefined || dueAt !== deadlineAt) return false;",
      'if (total === undefined) return false;',
    ]),
  ),
  joined(
    'a release does not ask whether the callback was released already',
    inPlaces(
      '',
      ["'#dueAt = :deadline'", "'deadlineAt = :deadline'"],
      ["names: ['status', 'dueAt', 'listAt', ...empty]", "names: ['status', 'dueAt', 'listAt', ...empty]"],
    ),
    inFlow('', [' || dueAt !== deadlineAt) return false;', ') return false;']),
  ),
  inEnd('the outbox is cleared before it is sent', [
    'const outbox = item.owed ? await outboxOf(ended) : undefined;',
    'const outbox = item.owed ? await outboxOf(ended) : undefined;\n    if (item.owed) await clearOutbox(ended);',
  ]),
  joined(
    'a batch is sent while the handler runs',
    inEngine('flow/index')('', SENDS_OUTBOX, [
      '    died: (item',
      '    sendNow: (batch, { item, message }, engine) => sendOutbox({ batch, jobs: [] }, { item, message, engine, ports }),\n    died: (item',
    ]),
    inEngine('flow/staging')('', [
      '      batch = staged;',
      '      batch = staged;\n      void engine.flow.sendNow(staged, claim, engine).catch(() => undefined);',
    ]),
  ),
  inEngine('flow/index')('what a job staged is sent before the job has completed', SENDS_OUTBOX, [
    '...told }, ...staging };',
    `...told }, ...staging, finish: async (result) => {
        const done = await staging.finish(result);
        await sendOutbox(unpack(done.outbox), { item: claim.item, message: claim.message, engine, ports });
        return done;
      } };`,
  ]),
  inEnd('a job that handed its place on ends it as well', [
    'if (item.passedOn !== undefined) return;',
    "if (item.passedOn === '') return;",
  ]),
  inHandOn('that a place was handed on is forgotten with the outbox', [
    "remove: ['owed', 'outbox']",
    "remove: ['owed', 'outbox', 'passedOn']",
  ]),
  inEnd('a cancelled child hands nothing on', [
    "if (item.status === 'CANCELLED' || item.status === 'EXPIRED') await endPlace('dead', ended);",
    '',
  ]),
  inEnd('a death hands nothing on', ["if (ended.item.undelivered !== 'event') await endPlace('dead', ended);", '']),
  inOperate('the operator ends a waiting child by itself', [
    'if (isWaiting(item) && item.flow?.of !== undefined)',
    'if (isWaiting(item) && item.flow?.of?.place === -1)',
  ]),
  inBegin('a child that was cancelled beforehand is another job’s', [
    'if (item.bodyHash === NO_BODY) return false;',
    '',
  ]),
  inPlaces(
    'only the write that ends the last place releases the callback',
    [
      "ConditionExpression: '#status = :waits',\n  names: ['open', 'dead', 'status'],",
      "ConditionExpression: '#status = :waits AND contains(#open, :place)',\n  names: ['open', 'dead', 'status'],",
    ],
    ['values: { places: new Set(ended.map', 'values: { place: ended[0].place, places: new Set(ended.map'],
    ['return Item && toItem(Item);', 'return undefined;'],
  ),
  inPlaces('a death that is refused does not look whether all has ended', [
    'return Item && toItem(Item);',
    "return Item && !('place' in values) ? toItem(Item) : undefined;",
  ]),
  inFlow('a batch has no deadline', ['listAt: deadlineAt, deadlineAt,', 'listAt: deadlineAt * 2, deadlineAt,']),
  inPlaces(
    'a released callback is not due on its list',
    ["'SET #dueAt = :now, #listAt = :now'", "'SET #dueAt = :now, #listAt = :deadline'"],
    ['after.listAt === nowMs ?', 'after.listAt !== nowMs ?'],
  ),
  inSettle('a job that has staged something is kept no longer than others', [
    'endExpiration(facts, facts.nowMs, staged !== undefined || isOfFlow(facts.message))',
    'endExpiration(facts, facts.nowMs, false)',
  ]),
  inPlaces(
    'a redriven child that completes leaves its death noted',
    ["'DELETE #open :places, #dead :places'", "'DELETE #open :places'"],
    [
      "ConditionExpression: '#status = :waits',\n  names: ['open', 'dead', 'status'],",
      "ConditionExpression: '#status = :waits',\n  names: ['open', 'status'],",
    ],
  ),
  joined(
    'a callback that is to be tried again still waits for its children',
    inPlaces(
      '',
      ["ConditionExpression: '#status = :waits',\n", `ConditionExpression: '(#status = :waits OR ${WAITS})',\n`],
      [
        "'#status = :waits AND contains(#open, :place)'",
        `'(#status = :waits OR ${WAITS}) AND contains(#open, :place)'`,
      ],
      [
        "    '#status = :waits',\n    '#dueAt = :deadline',",
        `    '(#status = :waits OR ${WAITS})',\n    'deadlineAt = :deadline',`,
      ],
    ),
    inFlow('', [
      "if (status !== 'SCHEDULED' || total === undefined || dueAt !== deadlineAt) return false;",
      "if ((status !== 'SCHEDULED' && status !== 'RETRYING') || total === undefined) return false;",
    ]),
  ),
  inEnd('work is handed on within a cancelled flow', [
    'if (of === undefined || (item.owed !== true && message.then === undefined)) return false;',
    'if (of !== message) return false;',
  ]),
  {
    defect: 'a cancel of a flow stops at its children',
    edits: [
      {
        file: 'lib/operator/flows/cancel-flow.ts',
        from: 'return item === undefined ? [] : followers(stage, item, options);',
        to: 'return [];',
      },
    ],
  },
  joined(
    'a callback that waits for successes runs though a child died',
    inFlow('', ["(mode === 'settled' || size(dead) === 0)", "(mode === 'settled' || size(dead) >= 0)"]),
    inPlaces('', ["(mode === 'settled' ? [] : ['dead'])", "(mode === 'settled' ? [] : [])"]),
  ),
  inHandOn('the callback of an empty batch is forgotten', [
    'if (callback !== undefined && isReady(callback)) await releaseAtOnce(callback, ended);',
    'if (callback === undefined) await releaseAtOnce(callback, ended);',
  ]),
  {
    defect: 'a corrected body loses its place in its flow',
    edits: [
      {
        file: 'test/faults/simulation/flows/subject.ts',
        from: 'JSON.stringify({ ...given, payload:',
        to: 'JSON.stringify({ ...given, then: undefined, flow: undefined, payload:',
      },
    ],
  },
  {
    defect: 'a cancel of a flow takes the children before the callback',
    edits: [
      {
        file: 'lib/operator/flows/cancel-flow.ts',
        from: 'const { row, item: callback = before } = await cancelOne(stage, name, options);',
        to: "const [row, callback] = ['flowCancelled', before];",
      },
      {
        file: 'lib/operator/flows/cancel-flow.ts',
        from: "    return { row: 'flowCancelled', callback, jobs, interrupted };",
        to: "    await cancelOne(stage, name, options);\n    return { row: 'flowCancelled', callback, jobs, interrupted };",
      },
    ],
  },
  joined(
    'a callback takes over neither its parent’s place nor its next steps',
    inFlow('', [
      "  ...optional('of', message.flow?.of),\n  after: { type: parent.type",
      '  after: { type: parent.type',
    ]),
    inEngine('flow/staging')('', ['  const { then } = message;', '  const then = undefined;']),
  ),
];

/** Defects in what follows from a job's end: chains, batches, and what a job staged. */
export const FLOW_MUTANTS: readonly Mutant[] = FLOW_DEFECTS.map((mutant) => ({ ...mutant, flows: true }));
