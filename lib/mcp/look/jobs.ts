import * as z from 'zod';
import { dead, flow, flows, type JobLogLine, type JobView, job, jobLogs, nowOf, show } from '../../operator/index.ts';
import { filter, filterOf, key, limit, payload, payloadsOf, type } from '../inputs.ts';
import { tool } from '../tool.ts';

export const JOB_LOOKS = [
  tool({
    name: 'job',
    title: 'Everything about one job',
    description:
      'One job by its key or id: status, attempts, times, error, and where its message is. With logs: its log lines, with the ' +
      'place in the user’s code that an error came from.',
    input: { type, key, logs: z.boolean().default(false).describe('Also its log lines.'), payload },
    async run({ type: ofType, key: ofJob, logs, payload: wanted }, call) {
      const payloads = payloadsOf(call, wanted);
      const view = await job(call.stage, { type: ofType, key: ofJob }, { payload: payloads });
      const shown = payloads ? view : withoutPayloads(view);
      if (!logs) return shown;
      const { mapOf } = call;
      const wantedLines = { jobId: view.item.jobId, limit: 200, ...(mapOf !== undefined && { mapOf }) };
      const lines = await jobLogs(call.stage, ofType, wantedLines);
      return { ...shown, logs: payloads ? lines : lines.map(plainLine) };
    },
  }),
  tool({
    name: 'dead',
    title: 'What died, and of what',
    description:
      'Jobs that died within the retention, grouped by type, reason and error, the largest group first; with jobs: one by one, ' +
      'the newest first. It reads the jobs table and touches no message.',
    input: { type: type.optional(), ...filter, jobs: z.boolean().default(false), limit: limit(200, 20) },
    async run({ type: one, jobs: asJobs, limit: most, ...given }, { stage }) {
      const { jobs, groups, truncated } = await dead(stage, one, filterOf(given, nowOf(stage)));
      const list = asJobs ? { jobs: jobs.slice(0, most) } : { groups: groups.slice(0, most) };
      return { ...list, total: jobs.length, truncated };
    },
  }),
  tool({
    name: 'dlq_show',
    title: 'Look at dead letters',
    description:
      'Messages of a type’s dead-letter queue. It receives them and releases them at its end; until then, some seconds, nobody ' +
      'else can receive them. To see what died, and why, use dead: it touches no message.',
    input: { type, ...filter, limit: limit(50, 10), payload },
    async run({ type: one, limit: most, payload: wanted, ...given }, call) {
      const bodies = payloadsOf(call, wanted);
      const { stage, signal } = call;
      const selection = { bodies, limit: most, signal, filter: filterOf(given, nowOf(stage)) };
      const { deadLetters, received } = await show(stage, one, selection);
      if (received.failure !== undefined) throw received.failure;
      return { deadLetters, ...(received.atQuota && { notAllSeen: true }) };
    },
  }),
  tool({
    name: 'flows',
    title: 'Batches that wait',
    description:
      'Batches whose callbacks have not begun, by their deadlines: how many children have not ended or died.',
    input: { type: type.optional(), limit: limit(200, 20) },
    run: ({ type: one, limit: most }, { stage }) => flows(stage, one, { limit: most }),
  }),
  tool({
    name: 'flow',
    title: 'One batch',
    description:
      'One batch by its callback’s type and key: how its children stand, and which job holds each open or dead place.',
    input: { type, flow: key.describe('The flow’s id: the callback’s key.'), limit: limit(200, 50) },
    async run({ type: one, flow: id, limit: most }, { stage }) {
      const view = await flow(stage, { type: one, key: id });
      return { ...view, places: view.places.slice(0, most), placesInAll: view.places.length };
    },
  }),
];

/** What a handler keeps of a job is as much the user's data as its payload. */
function withoutPayloads({ item, ...view }: JobView): object {
  const { result, progress, checkpoint, envelope: _, ...rest } = item;
  const has = Object.entries({ result, progress, checkpoint }).flatMap(([name, one]) =>
    one === undefined ? [] : [name],
  );
  return { ...view, item: rest, ...(has.length > 0 && { hidden: has }) };
}

/** Fields that Sluice writes; a handler may log anything beside them. */
const PLAIN = /^(level|message|timestamp|jobId|key|attempt|maxAttempts|run|reason|delaySeconds|durationMs|place)$/;

function plainLine({ at, fields, place }: JobLogLine): object {
  const { error } = fields;
  const kept = Object.fromEntries(Object.entries(fields).filter(([name]) => PLAIN.test(name)));
  return { at, ...kept, ...(error !== undefined && { error: nameOf(error) }), ...(place !== undefined && { place }) };
}

function nameOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return String(error);
  const { name, message } = error as { name?: unknown; message?: unknown };
  return { name, message };
}
