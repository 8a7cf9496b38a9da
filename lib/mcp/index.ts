/** A stage's tools for assistants, by the Model Context Protocol. */
import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { makeMcpServer } from './server.ts';
import type { McpOptions } from './tool.ts';

export { makeMcpServer } from './server.ts';
export type { CallLog, McpOptions } from './tool.ts';

export interface ServeOptions {
  readonly version: string;
  readonly stdin: Readable;
  /** Gets the protocol, and nothing else. */
  readonly stdout: Writable;
  readonly signal: AbortSignal;
}

/** Serves a stage's tools on two streams, until the input ends or the signal is aborted. */
export async function serveMcp(options: McpOptions, { version, stdin, stdout, signal }: ServeOptions): Promise<void> {
  const server = makeMcpServer(options, version);
  const ended = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stdin.once(event, () => resolve());
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.connect(new StdioServerTransport(stdin, stdout));
  await ended;
  await server.close();
}
