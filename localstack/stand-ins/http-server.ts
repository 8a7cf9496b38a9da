import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A server of 127.0.0.1 on a port of its own. */
export interface RunningServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  /** Ends it and the connections that are open. */
  readonly stop: () => Promise<void>;
}

/** Answers a request. An error becomes a 500, so that the caller sees a mistake in a stand-in. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Starts an HTTP server on a free port of 127.0.0.1. */
export function startServer(answer: Answer, port = 0): Promise<RunningServer> {
  const server = createServer((request, response) => {
    Promise.resolve()
      .then(() => answer(request, response))
      .catch((error: unknown) => sendJson(response, { status: 500, body: { error: { message: String(error) } } }));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const actual = typeof address === 'object' && address !== null ? address.port : port;
      resolve({ url: `http://127.0.0.1:${actual}`, port: actual, stop });
    });
  });

  function stop(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}

/** A reply whose body is JSON. */
export interface JsonReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a JSON reply, unless the connection is gone. */
export function sendJson(response: ServerResponse, reply: JsonReply): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(JSON.stringify(reply.body));
}

/** The whole body of a request. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
