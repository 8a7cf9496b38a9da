import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WireCall } from './actions.ts';

/** A call and the function that made it, by the application id in its user agent (AWS_SDK_UA_APP_ID). */
export interface RecordedCall extends WireCall {
  readonly appId: string;
}

/** Stands between deployed functions and the emulator. */
export interface Recorder {
  readonly url: string;
  readonly calls: readonly RecordedCall[];
  stop(): Promise<void>;
}

export async function startRecorder(endpoint: string): Promise<Recorder> {
  const calls: RecordedCall[] = [];
  const target = new URL(endpoint);
  const agent = new http.Agent({ keepAlive: true });
  /** The SQS client connects to a queue URL's host, so the functions' queue URLs must lead here as well. */
  const keepHere = async (answer: http.IncomingMessage, response: http.ServerResponse) => {
    const text = (await answer.setEncoding('utf8').toArray()).join('').replaceAll(target.host, hostOf(server));
    response.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'content-length': Buffer.byteLength(text) });
    response.end(text);
  };
  const server: http.Server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      calls.push(record(request, body));
      const { method = 'GET', url: path = '/', headers } = request;
      const onward = http.request(
        { host: target.hostname, port: target.port, method, path, headers, agent },
        (answer) => {
          if (headers['x-amz-target'] === 'AmazonSQS.GetQueueUrl') {
            keepHere(answer, response).catch(() => response.destroy());
            return;
          }
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('error', () => response.destroy());
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async () => {
    server.closeAllConnections();
    agent.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://${hostOf(server)}`, calls, stop };
}

const hostOf = (server: http.Server) => `127.0.0.1:${(server.address() as AddressInfo).port}`;

function record(request: http.IncomingMessage, body: Buffer): RecordedCall {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const appId = /\bapp\/(\S+)/.exec(headers['user-agent'] ?? '')?.[1] ?? 'unknown';
  return { appId, method: request.method ?? 'GET', path: request.url ?? '/', headers, body: body.toString('utf8') };
}
