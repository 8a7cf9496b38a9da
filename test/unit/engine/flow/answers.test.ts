import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { PermanentError } from '../../../../lib/contract/errors.ts';
import { job } from '../../../../lib/contract/planned-job.ts';
import type { Tell } from '../../../../lib/engine/flow/tell.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { awsError, timeout } from '../../../../lib/testing/index.ts';
import { makeFlowWorld } from '../../../support/flow-world.ts';

const payload = z.object({ do: z.enum(['complete', 'die', 'progress', 'batch']) });
type P = z.output<typeof payload>;
const options = { payload, timeoutSeconds: 10, retry: { maxAttempts: 1 } };
const answers = ['stepFunctions', 'durableFunctions:order-flow'] as const;
const first = defineJob({ type: 'first', handsOn: ['last'], answers, ...options });
const last = defineJob({ type: 'last', handsOn: ['last'], answers, ...options });
const silent = defineJob({ type: 'silent', handsOn: ['last'], ...options });

function makeWorld() {
  const said: (readonly unknown[])[] = [];
  const failures: Error[] = [];
  const tell = (service: string): Tell => {
    const say =
      (verb: string) =>
      async (...given: readonly unknown[]) => {
        said.push([service, verb, ...given]);
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
      };
    return { success: say('success'), failure: say('failure'), heartbeat: say('heartbeat') };
  };
  const perform = async (given: P, context: JobContext) => {
    if (given.do === 'die') throw new PermanentError('asked to die');
    if (given.do === 'progress') await context.progress(0.5);
    if (given.do === 'batch') context.batch({ children: [], callback: job(last, { do: 'complete' }) });
    return { by: context.job.type };
  };
  const tellers = { stepFunctions: tell('task'), durableFunctions: tell('durable') };
  const types = [first, last, silent].map((definition) => ({ definition, perform }));
  return { ...makeFlowWorld(types, {}, tellers), said, failures };
}

const TASK = { taskToken: 'token-1' };
const complete = { do: 'complete' };
/** Biome takes an object with a literal `then` for a promise. */
const body = (payload: object, next: unknown): object =>
  Object.fromEntries([
    ['id', 'a'],
    ['payload', payload],
    ['then', next],
  ]);

describe('a task of Step Functions', () => {
  it('hears of the end of its job, with the result', async () => {
    const { send, drain, said } = makeWorld();
    send('last', body(complete, [TASK]));
    await drain();
    expect(said).toEqual([['task', 'success', 'token-1', '{"by":"last"}']]);
  });

  it('has a token as long as Step Functions gives one, and no longer', async () => {
    const { send, drain, said, job: item } = makeWorld();
    const taskToken = 'x'.repeat(2048);
    send('last', body(complete, [{ taskToken }]));
    await drain();
    expect(said).toEqual([['task', 'success', taskToken, '{"by":"last"}']]);
    send('last', { ...body(complete, [{ taskToken: `${taskToken}x` }]), id: 'b' });
    await drain();
    expect(item('last', 'b')).toMatchObject({ status: 'DEAD', reason: 'InvalidMessage' });
  });

  it('hears of the end of a chain, from its last job alone', async () => {
    const { send, drain, said, starts } = makeWorld();
    send('first', body(complete, [{ type: 'last', payload: complete }, TASK]));
    await drain();
    expect(starts).toHaveLength(2);
    expect(said).toEqual([['task', 'success', 'token-1', '{"by":"last"}']]);
  });

  it('hears from the callback of a batch that took the chain over', async () => {
    const { send, drain, said } = makeWorld();
    send('last', body({ do: 'batch' }, [TASK]));
    await drain();
    expect(said).toEqual([['task', 'success', 'token-1', '{"by":"last"}']]);
  });

  it('hears of a death, wherever in the chain', async () => {
    const { send, drain, said } = makeWorld();
    send('first', body({ do: 'die' }, [{ type: 'last', payload: complete }, TASK]));
    await drain();
    const failure = { error: 'PermanentError', cause: 'PermanentError: asked to die' };
    expect(said).toEqual([['task', 'failure', 'token-1', failure]]);
  });

  it('hears of a payload that the schema refuses', async () => {
    const { send, drain, said } = makeWorld();
    send('last', body({ do: 'nothing' }, [TASK]));
    await drain();
    expect(said).toMatchObject([['task', 'failure', 'token-1', { error: 'InvalidPayload' }]]);
  });

  it('hears that the job is alive, with its progress', async () => {
    const { send, drain, said } = makeWorld();
    send('last', body({ do: 'progress' }, [TASK]));
    await drain();
    expect(said.map(([, verb]) => verb)).toEqual(['heartbeat', 'success']);
  });

  it('is told again, with the result, if it did not answer', async () => {
    const { send, drain, said, failures, of, starts } = makeWorld();
    failures.push(timeout());
    send('last', body(complete, [TASK]));
    await drain();
    expect(of('last').queue.messages()).toHaveLength(1);
    await drain(3600);
    expect(said).toEqual(Array.from({ length: 2 }, () => ['task', 'success', 'token-1', '{"by":"last"}']));
    expect(starts).toHaveLength(1);
    expect(of('last').queue.messages()).toEqual([]);
  });

  it.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken', 'CallbackTimeoutException'])(
    'that is over (%s) is logged, and the message goes',
    async (name) => {
      const { send, drain, failures, of, output } = makeWorld();
      failures.push(awsError(name, 'it is over'));
      send('last', body(complete, [TASK]));
      await drain();
      expect(of('last').queue.messages()).toEqual([]);
      expect(output.events()).toContain('job.answer-too-late');
    },
  );
});

it('a durable function hears of the end by its callback id', async () => {
  const { send, drain, said } = makeWorld();
  send('last', body(complete, [{ durableCallbackId: 'Y2FsbA==' }]));
  await drain();
  expect(said).toEqual([['durable', 'success', 'Y2FsbA==', '{"by":"last"}']]);
});

describe('a message is refused', () => {
  it.each([
    [
      'whose token stands before a step',
      [TASK, { type: 'last', payload: complete }],
      '"then[0].taskToken" is not a field of a step',
    ],
    [
      'whose token has other fields',
      [{ ...TASK, type: 'last' }],
      '"then[0].taskToken" must be a text of 1 to 2048 characters',
    ],
    ['whose token is empty', [{ taskToken: '' }], '"then[0].taskToken" must be a text of 1 to 2048 characters'],
  ])('%s', async (_, then, message) => {
    const { send, drain, job: item, said } = makeWorld();
    send('last', body(complete, then));
    await drain();
    expect(item('last', 'a')).toMatchObject({
      reason: 'InvalidMessage',
      error: { message: expect.stringContaining(message) },
    });
    expect(said).toEqual([]);
  });

  it('of a type that answers nobody', async () => {
    const { send, drain, job: item } = makeWorld();
    send('silent', body(complete, [TASK]));
    await drain();
    const message = 'silent does not answer stepFunctions: add it to answers of silent, and deploy';
    expect(item('silent', 'a')).toMatchObject({ status: 'DEAD', reason: 'InvalidMessage', error: { message } });
  });
});

it.each([
  [['step'], 'answers must be a list of "stepFunctions" and "durableFunctions:<function>"'],
  [['durableFunctions'], 'answers must be a list of'],
  [[], 'answers must be a list of'],
])('answers %o are refused', (given, message) => {
  expect(() => defineJob({ type: 'a', handsOn: [], answers: given as never, ...options })).toThrow(message);
});

it('answers without handsOn are refused', () => {
  expect(() => defineJob({ type: 'a', answers, ...options })).toThrow('a: answers needs handsOn');
});
