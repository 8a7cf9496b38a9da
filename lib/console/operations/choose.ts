import * as z from 'zod';
import { deadPages, estimate, flagsOf, waiting } from '../../operator/index.ts';
import type { ChoiceRequest, JobRun } from '../api.ts';
import { checked } from '../checked.ts';
import type { Desk } from '../desk.ts';
import { refusal } from '../security.ts';
import { correctPlan } from './correct.ts';
import { eachJobPlan } from './each-job.ts';
import { cancelFlowPlan, fireFlowPlan } from './flow.ts';
import { drainPlan, runningPlan } from './of-type.ts';
import { counted, type Plan } from './plan.ts';
import { purgeName, purgePlan } from './purge.ts';
import { type Chosen, redrivePlan } from './redrive.ts';
import { sendPlan } from './send.ts';
import { asOptions, inWords, jobsInWords } from './words.ts';

export const TYPE = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'it is no job type');
export const KEY = z.string().regex(/^[A-Za-z0-9_.:-]{1,250}$/, 'it is no key or id');
export const RUN = z.strictObject({ type: TYPE, key: KEY, run: z.int().min(0) });
/** What narrows a list of dead jobs. */
export const FILTER = z.strictObject({
  reason: z.string().max(40).optional(),
  error: z.string().max(500).optional(),
  sinceMs: z.number().optional(),
  key: KEY.optional(),
});
/** As many as the lists are read. */
const MOST = 100_000;
const JOBS = z.array(RUN).min(1).max(10_000);
const TEXT = z.string().max(1_200_000);

const REQUEST = z.union([
  z.strictObject({ kind: z.enum(['redrive', 'purge']), type: TYPE, filter: FILTER }),
  z.strictObject({ kind: z.enum(['redrive', 'purge', 'retry', 'cancel']), jobs: JOBS }),
  z.strictObject({ kind: z.enum(['retry', 'cancel']), type: TYPE.optional(), waiting: z.literal(true) }),
  z.strictObject({ kind: z.literal('correct'), job: RUN, body: TEXT }),
  z.strictObject({ kind: z.enum(['cancel-flow', 'fire-flow']), type: TYPE, flow: KEY }),
  z.strictObject({ kind: z.enum(['pause', 'resume', 'drain']), type: TYPE }),
  z.strictObject({ kind: z.literal('send'), type: TYPE, text: TEXT, lines: z.boolean(), envelopes: z.boolean() }),
]);

/** Freezes what will be changed, and changes nothing. @throws Refusal for a request that is wrong */
export async function planOf(desk: Desk, body: unknown, signal: AbortSignal): Promise<Plan> {
  const request: ChoiceRequest = checked(REQUEST, body) as ChoiceRequest;
  if ('filter' in request) return filtered(desk, request, signal);
  if ('waiting' in request) return parked(desk, request, signal);
  if ('jobs' in request) return chosenJobs(desk, request);
  switch (request.kind) {
    case 'correct':
      return correctPlan(desk, request.job, request.body);
    case 'cancel-flow':
      return cancelFlowPlan(desk, request);
    case 'fire-flow':
      return fireFlowPlan(desk, request);
    case 'drain':
      return drainPlan(desk, request.type);
    case 'send':
      return sendPlan(desk, request);
    default:
      return runningPlan(desk, request.type, request.kind);
  }
}

async function chosenJobs(desk: Desk, { kind, jobs }: Extract<ChoiceRequest, { jobs: unknown }>): Promise<Plan> {
  const chosen = { jobs, asked: jobsInWords(jobs), notes: [] };
  if (kind === 'redrive') return redrivePlan(desk, chosen);
  if (kind !== 'purge') return eachJobPlan(desk, kind, chosen);
  const [type = '', another] = new Set(jobs.map((job) => job.type));
  if (another !== undefined)
    throw refusal(400, 'a purge takes jobs of one type: it asks for its name', 'choose a type');
  return confirmedPurge(desk, type, chosen);
}

async function confirmedPurge(desk: Desk, type: string, chosen: Chosen): Promise<Plan> {
  const typeToConfirm = purgeName(desk.stage, type, await desk.keepsData());
  return { ...purgePlan(desk, type, chosen), typeToConfirm };
}

type Filtered = Extract<ChoiceRequest, { filter: unknown }>;

async function filtered(desk: Desk, { kind, type, filter }: Filtered, signal: AbortSignal): Promise<Plan> {
  const jobs: JobRun[] = [];
  let [pending, truncated] = [0, false];
  for await (const page of deadPages(desk.stage, type, filter, { signal })) {
    for (const { key, run, undelivered } of page.jobs) {
      if (undelivered) pending += 1;
      else jobs.push({ type, key, run });
    }
    ({ truncated } = page);
  }
  signal.throwIfAborted();
  const flags = flagsOf(desk.stage);
  const chosen: Chosen = {
    ...{ jobs, asked: inWords(type, filter) },
    notes: [
      ...(truncated ? [`Only the newest ${MOST.toLocaleString('en-US')} were looked at: there are more.`] : []),
      ...(pending > 0
        ? [
            `${counted(pending, 'job')} more died, and ${pending === 1 ? 'is' : 'are'} not in the dead-letter queue yet.`,
          ]
        : []),
      ...(await others(desk, type, { kind, filter, chosen: jobs.length })),
    ],
    cliLine: `npx sluice dlq ${kind} ${type}${asOptions(filter)}${flags}`,
  };
  return kind === 'redrive' ? redrivePlan(desk, chosen) : confirmedPurge(desk, type, chosen);
}

/** Messages that SQS moved are of no dead job: nothing names them one by one. */
async function others(
  { stage }: Desk,
  type: string,
  { kind, filter, chosen }: Pick<Filtered, 'kind' | 'filter'> & { readonly chosen: number },
): Promise<string[]> {
  if (Object.values(filter).some((value) => value !== undefined)) return [];
  const more = (await estimate(stage, type)).inQueue - chosen;
  if (more <= 0) return [];
  const line = `npx sluice dlq ${kind} ${type}${flagsOf(stage)}`;
  return [
    `About ${counted(more, 'message')} more in the dead-letter queue ${more === 1 ? 'is' : 'are'} of no dead job: SQS moved ${more === 1 ? 'it' : 'them'}. ${line} takes all.`,
  ];
}

type Parked = Extract<ChoiceRequest, { waiting: true }>;

async function parked(desk: Desk, { kind, type }: Parked, signal: AbortSignal): Promise<Plan> {
  const jobs: JobRun[] = [];
  let [callbacks, after, isCut] = [0, undefined as string | undefined, false];
  do {
    const page = await waiting(desk.stage, type, { after, limit: 1000, signal });
    for (const { waitsForChildren, ...job } of page.jobs) {
      // To start one now would have it begin without what its children do.
      if (kind === 'retry' && waitsForChildren) callbacks += 1;
      else jobs.push({ type: job.type, key: job.key, run: job.run });
    }
    ({ after } = page);
    isCut = jobs.length >= MOST;
  } while (after !== undefined && !isCut);
  if (jobs.length === 0) throw refusal(404, `no job ${type === undefined ? '' : `of ${type} `}is parked now`);
  const left = `${counted(callbacks, 'callback')} that ${callbacks === 1 ? 'waits' : 'wait'} for children ${callbacks === 1 ? 'is' : 'are'} left out.`;
  return eachJobPlan(desk, kind, {
    ...{ jobs, asked: `all parked jobs${type === undefined ? '' : ` of ${type}`}` },
    ...(type !== undefined && { cliLine: `npx sluice ${kind} ${type} --all${flagsOf(desk.stage)}` }),
    notes: [...(callbacks > 0 ? [left] : []), ...(isCut ? ['There are more: do it again for the rest.'] : [])],
  });
}
