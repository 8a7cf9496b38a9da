import * as z from 'zod';
import * as deadLetters from './dead-letters.ts';
import * as jobs from './jobs.ts';
import * as stage from './stage.ts';

/** What each verb prints with `--json`, by its name; `error` is what any of them prints on standard error. */
const OUTPUTS: Readonly<Record<string, z.ZodType>> = {
  queues: stage.queues,
  job: jobs.job,
  find: jobs.find,
  waiting: jobs.waiting,
  flow: stage.flow,
  flows: stage.flows,
  send: jobs.send,
  'schedule put': stage.schedulePut,
  'schedule list': stage.scheduleList,
  'schedule pause': stage.scheduleState,
  'schedule resume': stage.scheduleState,
  'schedule delete': stage.scheduleDelete,
  'schedule run-now': stage.scheduleRunNow,
  'schedule backfill': stage.scheduleBackfill,
  dead: deadLetters.dead,
  'dlq show': deadLetters.dlqShow,
  'dlq redrive': deadLetters.dlqRedrive,
  'dlq purge': deadLetters.dlqPurge,
  retry: jobs.retry,
  cancel: jobs.cancel,
  pause: stage.running,
  resume: stage.running,
  breaker: stage.breaker,
  drain: stage.drain,
  doctor: stage.doctor,
  new: stage.newType,
  init: stage.init,
  error: stage.error,
};

export const OUTPUT_NAMES: readonly string[] = Object.keys(OUTPUTS);

/** The JSON Schema (2020-12) of a verb's output; undefined if there is none of that name. */
export function outputSchema(name: string): object | undefined {
  const schema = Object.hasOwn(OUTPUTS, name) ? OUTPUTS[name] : undefined;
  return schema && z.toJSONSchema(schema.meta({ title: `${name} --json` }), { io: 'output' });
}
