import { describe, expect, test } from 'vitest';
import { QUERIES, type QueryName } from '../../../../lib/infra/monitoring/saved-queries.ts';
import { all } from '../../../fidelity/templates/edges.ts';
import { type LogLine, runQuery } from '../../../fidelity/templates/insights.ts';
import { SETTINGS, synthesize } from '../../../fidelity/templates/synth.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const saved = all(await synthesize(SETTINGS.prod), 'AWS::Logs::QueryDefinition').map(({ properties }) => properties);

function queryOf(name: QueryName, jobId = ''): string {
  const found = saved.find(({ Name }) => Name === `sluice/prod/${name}`);
  return String(found?.QueryString).replace('PUT-THE-JOB-ID-HERE', jobId);
}

/** What CloudWatch would have of a world's functions: the time is that of the line. */
const linesOf = (world: World): LogLine[] =>
  world.output.logs().map((line) => ({ ...line, '@timestamp': Date.parse(String(line.timestamp)) }));

/** The engine's own lines of jobs that complete, are retried, parked, die in different ways, and are redriven. */
async function aBusyHour(): Promise<World> {
  const world = makeWorld();
  world.send({ id: 'good', payload: { do: 'work', seconds: 2 } });
  world.send({ id: 'slow', payload: { do: 'work', seconds: 7 } });
  world.send({ id: 'again', payload: { do: 'fail', times: 3 } });
  world.send({ id: 'never', payload: { do: 'permanent' } });
  world.send({ id: 'spent', payload: { do: 'fail' }, maxAttempts: 2 });
  await world.drain(120);
  await world.clock.advance(240_000);
  await world.tick();
  world.send({ id: 'never', payload: { do: 'permanent' } }, { attributes: { jobId: 'never', run: '1' } });
  await world.drain(120);
  return world;
}

describe('saved queries', () => {
  test('are in the stage’s folder, over the logs of all its functions, by their prefix', () => {
    expect(saved.map(({ Name }) => Name)).toEqual(Object.keys(QUERIES).map((name) => `sluice/prod/${name}`));
    for (const { LogGroupNames, QueryString } of saved) {
      // A list has room for 50 names: it would leave types out.
      expect(LogGroupNames).toBeUndefined();
      expect(QueryString).toMatch(/^SOURCE logGroups\(namePrefix: \['\/aws\/lambda\/sluice-prod-'\]\)\n\| [a-z]/);
      expect(String(QueryString).length).toBeLessThanOrEqual(10_000);
    }
  });

  test('life-of-a-job lists one job’s lines in order, with their reasons', async () => {
    const rows = runQuery(queryOf('life-of-a-job', 'again'), linesOf(await aBusyHour()));
    expect(rows.map(({ message, attempt }) => `${message} ${attempt}`)).toEqual([
      ...['job.started 1', 'job.failed 1', 'job.retrying 1'],
      ...['job.started 2', 'job.failed 2', 'job.retrying 2'],
      ...['job.started 3', 'job.failed 3', 'job.parked 3'],
      ...['job.started 4', 'job.completed 4'],
    ]);
    expect(rows[2]).toMatchObject({ delayMs: 1000, errorName: 'Error', errorMessage: 'attempt 1 failed' });
    expect(rows[8]).toMatchObject({ delayMs: 300_000 });
    expect(rows.at(-1)).toMatchObject({ jobType: 'probe', durationMs: 0 });
  });

  test('failures-by-error counts attempts and jobs by error', async () => {
    expect(runQuery(queryOf('failures-by-error'), linesOf(await aBusyHour()))).toEqual([
      { jobType: 'probe', errorName: 'Error', attempts: 5, jobs: 2, lastMessage: 'attempt 3 failed' },
      { jobType: 'probe', errorName: 'PermanentError', attempts: 2, jobs: 1, lastMessage: 'it can never succeed' },
    ]);
  });

  test('slowest-jobs begins with the slowest', async () => {
    const rows = runQuery(queryOf('slowest-jobs'), linesOf(await aBusyHour()));
    expect(rows.map(({ jobId, durationMs }) => [jobId, durationMs])).toEqual([
      ['slow', 7000],
      ['good', 2000],
      ['again', 0],
    ]);
  });

  test('what-died-and-why lists reasons with their count and their last job', async () => {
    const rows = runQuery(queryOf('what-died-and-why'), linesOf(await aBusyHour()));
    expect(rows).toHaveLength(2);
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ reason: 'PermanentError', errorName: 'PermanentError', jobs: 2, lastJob: 'never' }),
        expect.objectContaining({
          ...{ reason: 'AttemptsExhausted', errorName: 'Error', jobs: 1 },
          ...{ lastJob: 'spent', lastMessage: 'attempt 2 failed' },
        }),
      ]),
    );
  });

  test('a field that the engine does not write is reported', async () => {
    const lines = linesOf(await aBusyHour());
    for (const query of Object.keys(QUERIES) as QueryName[]) {
      const renamed = queryOf(query, 'again').replaceAll(/\b(errorName|jobId)\b/g, '$1s');
      expect(() => runQuery(renamed, lines), query).toThrow(/no line has the field/);
    }
  });
});
