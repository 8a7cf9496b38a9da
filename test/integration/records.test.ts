import { describe, expect, it } from 'vitest';
import { METRICS, names } from '../../lib/contract/names.ts';
import { STAGE } from './global-setup.ts';
import { linesOf, parsed } from './support/logs.ts';
import { envelope, eventually, newId, reaches, send } from './support/world.ts';

const PROBE = names.consumer(STAGE, 'probe');

const emf = (lines: readonly string[]) =>
  parsed(lines).flatMap(
    ({ _aws }) => (_aws as { CloudWatchMetrics: unknown[] } | undefined)?.CloudWatchMetrics ?? [],
  ) as {
    Namespace: string;
    Dimensions: string[][];
    Metrics: { Name: string }[];
  }[];

/** What reaches MiniStack after a function's answer is written with its next invocation. */
const anotherInvocation = () => send(envelope(newId(), [{ do: 'complete' }]));

describe('the record of a stage', () => {
  it('has start and end of every job, and never a payload', async () => {
    const secret = `secret-${newId()}`;
    const [good, dead, refused] = [newId('good'), newId('dead'), newId('refused')];
    await send(JSON.stringify({ id: good, payload: { steps: [{ do: 'fail' }, { do: 'complete' }], pad: secret } }));
    await send(JSON.stringify({ id: dead, payload: { steps: [{ do: 'permanent', message: 'no' }], pad: secret } }));
    await send(JSON.stringify({ id: refused, payload: { steps: [{ do: secret }], pad: secret } }));
    await send(`{"payload": ${secret}`);
    await reaches(good, ['COMPLETED']);
    await reaches(dead, ['DEAD']);
    await reaches(refused, ['DEAD']);
    const events = (jobId: string) => async () => {
      const found = parsed(await linesOf(PROBE))
        .filter((line) => line.jobId === jobId)
        .map(({ message }) => message);
      if (['job.completed', 'job.dead'].includes(String(found.at(-1)))) return found;
      await anotherInvocation();
      return false;
    };
    const life = ['job.started', 'job.failed', 'job.retrying', 'job.started', 'job.completed'];
    expect(await eventually(events(good), 'its lines')).toEqual(life);
    expect(await eventually(events(dead), 'its lines')).toEqual(['job.started', 'job.failed', 'job.dead']);
    expect(await eventually(events(refused), 'its lines')).toEqual(['job.dead']);
    expect((await linesOf(PROBE)).filter((line) => line.includes(secret))).toEqual([]);
  });

  it('has each metric with the dimension sets [Stage, JobType] and [Stage] and no other', async () => {
    const id = newId();
    await send(envelope(id, [{ do: 'complete' }]));
    await reaches(id, ['COMPLETED']);
    const blobs = await eventually(async () => {
      const found = emf(await linesOf(PROBE));
      if (found.some(({ Metrics }) => Metrics.some(({ Name }) => Name === METRICS.completed))) return found;
      await anotherInvocation();
      return false;
    }, 'metrics');
    for (const { Namespace, Dimensions } of blobs) {
      expect({ Namespace, Dimensions }).toEqual({ Namespace: 'Sluice', Dimensions: [['Stage', 'JobType'], ['Stage']] });
    }
    const known: readonly string[] = Object.values(METRICS);
    for (const { Metrics } of blobs) for (const { Name } of Metrics) expect(known).toContain(Name);
  });

  it('has the dispatcher’s lateness each minute, without a job type', async () => {
    const blobs = await eventually(
      async () => {
        const found = emf(await linesOf(names.dispatcher(STAGE)).catch(() => []));
        return found.length > 0 && found;
      },
      'a tick',
      90_000,
    );
    for (const { Dimensions, Metrics } of blobs) {
      expect(Dimensions).toEqual([['Stage']]);
      expect(Metrics.map(({ Name }) => Name)).toEqual([METRICS.retryLateness]);
    }
  });
});
