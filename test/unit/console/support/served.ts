import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { type ConsoleOptions, startConsole } from '../../../../lib/console/index.ts';
import type { RequestLog } from '../../../../lib/console/options.ts';
import type { Aws } from '../../../../lib/operator/index.ts';
import { workFolder } from '../../../../localstack/places.ts';
import { makeControlPlane } from '../../../support/control-plane.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld } from '../../../support/world.ts';
import { stageOf } from '../../operator/support/stage.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request as anybody could make it: `fetch` would not let a page name another host. */
export function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      const { statusCode: status = 0 } = answer;
      buffer(answer).then((read) => resolve({ status, headers: answer.headers, text: read.toString() }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export const JSON_TYPE = { 'content-type': 'application/json' };

/** A console over an in-memory stage with the job type `probe`, and how to ask it. */
export async function served(given: Partial<ConsoleOptions> & { readonly aws?: Partial<Aws> } = {}) {
  const world = makeWorld();
  const plane = makeControlPlane('probe', world.clock.now());
  const log: RequestLog[] = [];
  const { aws, ...options } = given;
  const sleep = (ms: number) => world.clock.advance(ms);
  const stage = { ...stageOf(world, { ...plane.aws, ...aws }), sleep };
  const running = await startConsole({
    ...{ stage, sqs: world.sqs.client, definitions: [defineProbe()], where: { stage: stage.name } },
    // The bundle of the page is made once for all tests.
    cacheFolder: await workFolder('console'),
    onRequest: (one) => log.push(one),
    ...options,
  });
  onTestFinished(async () => void (await running.stop()));
  const { port } = running;
  const exchange = (link: string) => {
    const body = JSON.stringify({ code: link.split('#k=')[1] });
    return ask(port, '/api/session', { method: 'POST', headers: JSON_TYPE, body });
  };
  const { token } = JSON.parse((await exchange(running.newLink())).text) as { token: string };
  log.length = 0;
  const call = (path: string, asked: Asked = {}) =>
    ask(port, path, { ...asked, headers: { 'x-sluice-token': token, ...asked.headers } });
  const get = async (path: string): Promise<unknown> => JSON.parse((await call(path)).text);
  const post = async (path: string, body: unknown) => {
    const answer = await call(path, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) });
    return { status: answer.status, body: JSON.parse(answer.text) as Record<string, unknown> };
  };
  return { world, plane, stage, running, port, token, log, exchange, call, get, post };
}

export const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
