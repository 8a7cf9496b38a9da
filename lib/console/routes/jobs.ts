import * as z from 'zod';
import { checkPayload, deadLetterOf, job, jobLogs, payloadOf, timeline } from '../../operator/index.ts';
import type { CheckAnswer, JobPage, PayloadAnswer, PayloadRequest, Timeline, TimelinePage } from '../api.ts';
import { checked } from '../checked.ts';
import { definitionOf } from '../definition-of.ts';
import type { Desk } from '../desk.ts';
import { jobDetail } from '../job-detail.ts';
import { KEY, RUN, TYPE } from '../operations/choose.ts';
import type { Route } from '../route.ts';
import { Refusal, refusal } from '../security.ts';
import { NAMED } from './names.ts';

const TIMELINE = z.strictObject({ type: TYPE, key: KEY, after: z.coerce.number().int().min(0).optional() });
const CHECK = z.strictObject({ type: TYPE, text: z.string(), envelope: z.boolean().optional() });

const JOB_MS = 2_000;
/** Log lines take some seconds, and each look reads them all. */
const TIMELINE_MS = 10_000;
const PAGE = 200;

export const jobRoutes: readonly Route[] = [
  {
    ...{ method: 'GET', path: '/api/job' },
    answer: ({ desk, query }): Promise<JobPage> => {
      const { type, key } = checked(NAMED, query);
      const read = async () => jobDetail(await job(desk.stage, { type, key }), desk);
      return desk.feeds.one(`job ${type} ${key}`, JOB_MS, read).look();
    },
  },
  {
    ...{ method: 'GET', path: '/api/timeline' },
    answer: async ({ desk, query }): Promise<Timeline> => {
      const { type, key, after } = checked(TIMELINE, query);
      const whole = desk.feeds.one(`timeline ${type} ${key}`, TIMELINE_MS, () => entriesOf(desk, { type, key }));
      const { data, ...feed } = await whole.look();
      return { ...feed, ...(data && { data: pageOf(data, after) }) };
    },
  },
  { method: 'POST', path: '/api/payload', answer: ({ desk, body }) => payload(desk, checked(RUN, body)) },
  {
    ...{ method: 'POST', path: '/api/check' },
    answer: async ({ desk, body }): Promise<CheckAnswer> => {
      const { type, text, envelope = false } = checked(CHECK, body);
      return { faults: await checkPayload(definitionOf(desk, type), text, { envelope, nowMs: desk.now() }) };
    },
  },
];

async function entriesOf({ stage, options, troubleOf }: Desk, name: { type: string; key: string }) {
  const { item } = await job(stage, name);
  try {
    const { mapOf } = options;
    const sinceMs = Date.parse(item.createdAt);
    const lines = await jobLogs(stage, item.type, { jobId: item.jobId, sinceMs, ...(mapOf && { mapOf }) });
    return { entries: timeline(item, lines) };
  } catch (error) {
    return { entries: timeline(item, []), withoutLogs: troubleOf(error).message };
  }
}

/** @param older entries of the pages that are left: new ones come before the first */
function pageOf({ entries, ...rest }: TimelinePage, older = entries.length): TimelinePage {
  const from = Math.max(0, entries.length - older);
  const page = entries.slice(from, from + PAGE);
  const left = entries.length - from - page.length;
  return { ...rest, entries: page, ...(left > 0 && { after: String(left) }) };
}

async function payload({ stage, options, deniedOf }: Desk, { type, key, run }: PayloadRequest): Promise<PayloadAnswer> {
  if (options.payloads === false) throw refusal(403, 'this console was started with --no-payloads');
  const { item } = await job(stage, { type, key });
  if (item.status === 'DEAD') {
    const denied = deniedOf('sqs:ReceiveMessage');
    if (denied !== undefined) throw new Refusal(403, denied);
    const found = await deadLetterOf(stage, type, { key, run });
    if (found !== undefined) return answerOf(found);
    throw missing('its dead letter is not in sight: it was redriven or purged, or somebody else holds it');
  }
  if (item.runNo !== run) throw missing('it has begun another run meanwhile: reload');
  const { item: whole, unread } = await job(stage, { type, key }, { payload: true });
  const body = whole.envelope?.body;
  if (body === undefined) throw missing('only parked and dead jobs have their payload where it can be read');
  return answerOf({ body, ...(unread !== undefined && { unread }) });
}

const missing = (message: string) => new Refusal(404, { kind: 'missing', message });

function answerOf({ body, unread }: { readonly body: string; readonly unread?: string }): PayloadAnswer {
  const alone = payloadOf(body);
  return { body, ...(alone !== undefined && { payload: alone }), ...(unread !== undefined && { unread }) };
}
