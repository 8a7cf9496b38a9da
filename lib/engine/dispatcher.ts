import type { Context } from 'aws-lambda';
import { makeDynamoDbClient, makeSqs } from '../aws/clients.ts';
import { ENV, METRICS, names } from '../contract/names.ts';
import { readError } from '../contract/thrown.ts';
import { makeCallTime } from './calls/call-time.ts';
import { makeWriter } from './calls/writes.ts';
import { systemClock } from './clock.ts';
import { required } from './environment.ts';
import { type DispatchDeps, dispatch } from './retries/dispatch.ts';
import { writeCoreSchema } from './table/core-schema.ts';
import { makeLogger } from './telemetry/logger.ts';
import { type Meter, makeMeter } from './telemetry/metrics.ts';

/**
 * Makes the Lambda handler of the retry dispatcher, which an EventBridge rule calls each minute. It does no harm if two
 * run at once, or if a call comes twice or late.
 *
 * @throws the cause if a list could not be read: EventBridge calls again
 */
export function dispatcher(): (event: unknown, context: Context) => Promise<void> {
  let deps: (DispatchDeps & { readonly meter: Meter }) | undefined;
  let isSchemaWritten = false;
  return async (_event, context) => {
    deps ??= makeDeps();
    const { meter } = deps;
    const startedAtMs = deps.clock.now();
    // Side by side: a tick waits for nothing that no job needs.
    const saysSchema = isSchemaWritten ? undefined : saySchema(deps);
    const result = await dispatch(deps, startedAtMs + context.getRemainingTimeInMillis());
    isSchemaWritten = (await saysSchema) ?? isSchemaWritten;
    meter.milliseconds(METRICS.retryLateness, result.latenessMs);
    meter.flush();
    deps.log.info('dispatch.finished', { ...result, durationMs: deps.clock.now() - startedAtMs });
  };
}

/** Says which version core is of. @returns whether it was written; if not, the next tick does it */
async function saySchema(deps: DispatchDeps): Promise<boolean> {
  try {
    await writeCoreSchema(deps);
    return true;
  } catch (error) {
    deps.log.error('dispatch.schema-not-written', { error: readError(error) });
    return false;
  }
}

function makeDeps(): DispatchDeps & { readonly meter: Meter } {
  const callTime = makeCallTime({ clock: systemClock, random: Math.random });
  const basics = { dynamoDb: makeDynamoDbClient(callTime.signal), clock: systemClock, callTime };
  const stage = required(ENV.stage);
  return {
    ...basics,
    table: required(ENV.jobsTable),
    sqs: makeSqs(callTime.signal),
    log: makeLogger('sluice-dispatcher'),
    meter: makeMeter({ stage }),
    writer: makeWriter(basics),
    queueName: (type) => names.queue(stage, type),
    queueUrls: new Map(),
  };
}
