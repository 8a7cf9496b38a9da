import { beforeAll, describe, expect, it } from 'vitest';
import { sleep } from '../../../lib/engine/clock.ts';
import type { JobContext } from '../../../lib/engine/job-context.ts';
import { toItems } from '../../../lib/testing/aws/dynamodb/documents.ts';
import type { Call } from '../../../lib/testing/index.ts';
import { defineProbe, probe } from '../../support/probe.ts';
import { shop } from '../../support/shop/app.ts';
import { JOBS_TABLE, makeWorld, STAGE } from '../../support/world.ts';
import { type Environment, resolveAll } from '../templates/intrinsics.ts';
import { statementsOfFunction } from '../templates/roles.ts';
import { synthesize } from '../templates/synth.ts';
import { type Right, rightsOf } from './actions.ts';
import { allows, type Statement } from './evaluate.ts';

const ENVIRONMENT: Environment = { account: '123456789012', region: 'eu-west-1' };
const optimistic = defineProbe({ begin: 'optimistic' });

let role: Statement[];
beforeAll(async () => {
  const jobs = [{ definition: optimistic, entry: shop.jobs[0]?.entry ?? '' }];
  const templates = resolveAll(await synthesize({ stage: STAGE }, { jobs }), ENVIRONMENT);
  role = statementsOfFunction(templates, `sluice-${STAGE}-probe`);
}, 120_000);

/** Every end that a job may have, each with a copy at the same time; one whose process dies, and progress before it. */
async function callsOf(definition: typeof optimistic): Promise<readonly Call[]> {
  const started = new Map<string, number>();
  const world = makeWorld({
    definition,
    perform: async (payload, context: JobContext, clock) => {
      const { key } = context.job;
      const number = (started.get(key) ?? 0) + 1;
      started.set(key, number);
      await sleep(clock, number * 1000);
      if (key === 'dies' && number === 1) world.kill();
      if (key === 'reports') await context.progress(number);
      if (key === 'over' && number === 1) throw new Error('the copy completes');
      return probe(payload, context, clock);
    },
  });
  const jobs = {
    ...{ plain: { do: 'complete' }, commit: { do: 'commit' }, pages: { do: 'checkpoint', times: 2 } },
    ...{ retried: { do: 'fail', times: 1 }, dead: { do: 'permanent' }, parked: { do: 'snooze', seconds: 600 } },
    ...{ reports: { do: 'complete' }, over: { do: 'commit' }, dies: { do: 'complete' } },
  };
  for (const [id, payload] of Object.entries(jobs)) for (const _ of [1, 2]) world.send({ id, payload });
  await world.drain(600);
  return world.dynamoDb.calls;
}

const rights = (calls: readonly Call[]): Right[] =>
  calls
    .map((call) => (call.name === 'TransactWrite' ? toItems(call) : call))
    .flatMap(({ name, input }) =>
      rightsOf(
        {
          ...{ method: 'POST', path: '/', body: JSON.stringify(input) },
          headers: { 'x-amz-target': `DynamoDB_20120810.${name}` },
        },
        ENVIRONMENT,
      ),
    )
    .filter(({ resource }) => resource.endsWith(JOBS_TABLE));

const actions = (all: readonly Right[]) => [...new Set(all.map(({ action }) => action))].sort();

describe('a consumer whose jobs begin without a claim', () => {
  it('may do all that it does', async () => {
    const used = rights(await callsOf(optimistic));
    expect(used.filter((right) => !allows(role, right))).toEqual([]);
    expect(actions(used)).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:PartiQLInsert',
      'dynamodb:PartiQLUpdate',
      'dynamodb:UpdateItem',
    ]);
  });

  it('needs no right that one does not need whose jobs are claimed', async () => {
    const claimed = actions(rights(await callsOf(defineProbe())));
    expect(actions(rights(await callsOf(optimistic))).filter((action) => !claimed.includes(action))).toEqual([]);
  });
});
