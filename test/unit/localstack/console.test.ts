import { expect, test } from 'vitest';
import { clientConfigOf } from '../../../localstack/client-config.ts';
import { startLocalConsole } from '../../../localstack/console.ts';

const endpoint = 'http://127.0.0.1:9';
const credentials = { accessKeyId: 'embedded', secretAccessKey: 'test' };

test('a local stage has its console, in the same process, and says where', async () => {
  const said: string[] = [];
  const clientConfig = clientConfigOf({ endpoint, region: 'us-east-1', credentials });
  const stop = await startLocalConsole({ endpoint, clientConfig }, 'dev', (line) => said.push(line));
  await stop();
  expect(said).toEqual([
    expect.stringMatching(
      /^ {2}Console {10}http:\/\/127\.0\.0\.1:\d+\/#k=[\w-]{43} {3}\(opens once within a minute; press c for a new link\)$/,
    ),
  ]);
});
