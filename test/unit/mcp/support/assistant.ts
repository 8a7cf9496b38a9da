import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { onTestFinished } from 'vitest';
import { type CallLog, type McpOptions, makeMcpServer } from '../../../../lib/mcp/index.ts';
import { definitions } from '../../../support/shop/catalogue.ts';
import { type Deployed, deployed } from '../../bin/cli/support/deployed.ts';
import { stageOf } from '../../operator/support/stage.ts';

/** What a tool answered. */
export interface Answer<T = Record<string, unknown>> {
  readonly stage: string;
  readonly untrusted: string;
  readonly data: T;
  readonly cut?: string;
  readonly error?: { readonly message: string; readonly todo?: string; readonly exitCode: number };
  readonly isError: boolean;
  /** The same, as text. */
  readonly text: string;
}

/** An assistant beside a stage in memory. */
export interface Assistant extends Deployed {
  readonly client: Client;
  readonly logged: CallLog[];
  call<T = Record<string, unknown>>(name: string, args?: Record<string, unknown>): Promise<Answer<T>>;
}

/** Connects the SDK's own client with a stage's tools. */
export async function assistant(options: Partial<McpOptions> = {}): Promise<Assistant> {
  const there = deployed();
  const logged: CallLog[] = [];
  const server = makeMcpServer(
    {
      ...{ stage: stageOf(there.world, there.plane.aws), sqs: there.world.sqs.client },
      ...{ where: { stage: 'test', region: 'eu-west-1' }, definitions: async () => definitions },
      onCall: (call) => logged.push(call),
      ...options,
    },
    '0.0.0',
  );
  const client = new Client({ name: 'test', version: '0.0.0' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(ours), client.connect(theirs)]);
  onTestFinished(() => client.close());
  return {
    ...{ ...there, client, logged },
    async call<T>(name: string, args: Record<string, unknown> = {}) {
      const { structuredContent, content, isError } = await client.callTool({ name, arguments: args });
      const [{ text }] = content as [{ text: string }];
      return { ...(structuredContent as Omit<Answer<T>, 'isError' | 'text'>), isError: isError === true, text };
    },
  };
}
