import * as z from 'zod';
import { checkPayload, job, nowOf } from '../../operator/index.ts';
import { definitionIn } from '../definitions.ts';
import { filter, filterOf, type GivenFilter, key, type } from '../inputs.ts';
import { type Call, type McpOptions, type Tool, ToolUsageError } from '../tool.ts';
import { makeChoices } from './choices.ts';
import { type Shared, twoStep } from './two-step.ts';

const jobs = z
  .array(z.strictObject({ key, run: z.int().min(0) }))
  .min(1)
  .max(1000)
  .optional()
  .describe('Exactly these runs, as dead lists them, in place of a filter.');

const DEAD_LETTERS = [
  twoStep({
    name: 'redrive',
    title: 'Send dead letters back',
    description:
      'Sends the dead letters of jobs that died back to their queue: by a filter, all that is given must match, or exactly the ' +
      'runs that are named. Their jobs start again at attempt 1 with the same ids.',
    input: { type, ...filter, jobs },
    changes: { destroys: false, idempotent: false },
    request({ type: one, jobs: runs, ...given }, { stage }) {
      const query = deadQuery(given, nowOf(stage));
      if (runs === undefined) return { kind: 'redrive', type: one, filter: query };
      if (Object.keys(query).length > 0) throw new ToolUsageError('give jobs or a filter, not both');
      return { kind: 'redrive', jobs: runs.map((run) => ({ type: one, ...run })) };
    },
  }),
  twoStep({
    name: 'purge',
    title: 'Delete dead letters',
    description:
      'Deletes dead letters, each after it was saved to a file on the user’s machine. Their jobs stay dead and can no longer be ' +
      'redriven.',
    input: { type, ...filter },
    changes: { destroys: true, idempotent: false },
    request: ({ type: one, ...given }, { stage }) => ({
      ...{ kind: 'purge', type: one, filter: deadQuery(given, nowOf(stage)) },
    }),
  }),
  twoStep({
    name: 'correct',
    title: 'Send one dead job back with another body',
    description:
      'Corrects the message body of one dead job, and sends it back. The body is the whole envelope, {"payload": …} with the id ' +
      'and key as they were. The old one is saved to a file first. It is checked by the job type’s schema.',
    input: { type, key, body: z.string().min(2).max(1_000_000).describe('The corrected body, JSON.') },
    changes: { destroys: false, idempotent: false },
    request: async ({ type: one, key: ofJob, body }, call) => ({
      ...{ kind: 'correct', job: await runOf(call, one, ofJob), body },
    }),
  }),
];

const JOBS = [
  twoStep({
    name: 'retry',
    title: 'Start a parked job now',
    description:
      'Makes a parked job due now: it starts within a minute. A batch’s callback starts without the children that have not ended. ' +
      'A dead job is redriven instead.',
    input: { type, key },
    changes: { destroys: false, idempotent: true },
    request: async ({ type: one, key: ofJob }, call) => ({
      ...{ kind: 'retry', jobs: [await runOf(call, one, ofJob)] },
    }),
  }),
  twoStep({
    name: 'cancel',
    title: 'Cancel a job, or a batch',
    description:
      'Cancels a job: one that waits ends at once, one that runs is told to end. With flow: a batch by its callback, and every ' +
      'job of it that has not ended.',
    input: { type, key, flow: z.boolean().default(false).describe('The key is a batch’s callback: cancel all of it.') },
    changes: { destroys: true, idempotent: true },
    request: async ({ type: one, key: ofJob, flow }, call) =>
      flow
        ? { kind: 'cancel-flow', type: one, flow: ofJob }
        : { kind: 'cancel', jobs: [await runOf(call, one, ofJob)] },
  }),
  twoStep({
    name: 'send',
    title: 'Send a job',
    description:
      'Sends one job. Its payload is checked by the job type’s schema: see schema. Without an id it gets one.',
    input: {
      ...{ type, payload: z.unknown().describe('As the job type’s schema says.') },
      ...{ id: key.optional().describe('Names the job.'), key: key.optional().describe('Idempotency key.') },
      delaySeconds: z
        .int()
        .min(0)
        .max(366 * 24 * 3600)
        .optional()
        .describe('Seconds until it starts.'),
    },
    changes: { destroys: false, idempotent: false },
    async request({ type: one, ...envelope }, call) {
      const text = JSON.stringify(envelope);
      const definition = await definitionIn(call, one);
      const { payload = null } = envelope;
      const faults = await checkPayload(definition, JSON.stringify(payload), { nowMs: nowOf(call.stage) });
      if (faults.length > 0)
        throw new ToolUsageError(faults.map(({ pointer, message }) => `payload${pointer}: ${message}`).join('; '));
      return { kind: 'send', type: one, text, lines: false, envelopes: true };
    },
  }),
];

const ALL = (['retry', 'cancel'] as const).map((kind) =>
  twoStep({
    name: `${kind}_all`,
    title: kind === 'retry' ? 'Start all parked jobs now' : 'Cancel all parked jobs',
    description: `${
      kind === 'retry' ? 'Makes all parked jobs due now' : 'Cancels all parked jobs'
    }, of a type or of all types: those that stand in the table until they are due, as waiting lists them.`,
    input: { type: type.optional() },
    changes: { destroys: kind === 'cancel', idempotent: true },
    request: ({ type: one }) => ({ kind, waiting: true, ...(one !== undefined && { type: one }) }),
  }),
);

const TYPES = (['pause', 'resume'] as const).map((kind) =>
  twoStep({
    name: kind,
    title: kind === 'pause' ? 'Stop starting jobs of a type' : 'Start jobs of a type again',
    description:
      kind === 'pause'
        ? 'Stops starting jobs of a type. Jobs that run go on to their end; new ones keep arriving and wait.'
        : 'Starts jobs of a type again, after a pause.',
    input: { type },
    changes: { destroys: false, idempotent: true },
    request: ({ type: one }) => ({ kind, type: one }),
  }),
);

/** The tools that change something. They share what was chosen, and what runs. */
export function changingTools({ stage }: McpOptions): Tool[] {
  const shared: Shared = { choices: makeChoices(() => nowOf(stage)), busy: new Set() };
  return [...DEAD_LETTERS, ...JOBS, ...ALL, ...TYPES].map((make) => make(shared));
}

/** A filter without what was not given. */
function deadQuery(given: GivenFilter, nowMs: number) {
  const { reason, error, sinceMs, key: ofJob } = filterOf(given, nowMs);
  return {
    ...(reason !== undefined && { reason }),
    ...(error !== undefined && { error }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(ofJob !== undefined && { key: ofJob }),
  };
}

/** The run that a job is in: a later one is not what was chosen. */
async function runOf({ stage }: Call, ofType: string, given: string) {
  const { key: ofJob, item } = await job(stage, { type: ofType, key: given });
  return { type: ofType, key: ofJob, run: item.runNo };
}
