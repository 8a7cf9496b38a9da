import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

/** Arguments: the bundle's file. Standard input: the event. It ends with what the handler answers. */
const { handler } = (await import(pathToFileURL(process.argv[2] ?? '').href)) as {
  handler: (event: unknown, context: unknown) => Promise<unknown>;
};
const context = { getRemainingTimeInMillis: () => 60_000, awsRequestId: 'request-1', functionName: 'probe' };
process.stdout.write(`\nanswer ${JSON.stringify(await handler(JSON.parse(await text(process.stdin)), context))}\n`);
process.exit(0);
