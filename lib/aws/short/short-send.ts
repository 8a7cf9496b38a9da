import { randomUUID } from 'node:crypto';
import { recursionDetectionMiddleware } from '@aws-sdk/core/client';
import { plainJson } from '../plain-json.ts';
import { collect, read } from './answer.ts';
import { isIntact } from './intact.ts';
import { learnFrom, type Template } from './learn.ts';
import { makeReplay, type Replay } from './replay.ts';
import type { Client, ClientConfig, Command, HttpRequest, HttpResponse } from './sdk.ts';
import { keepSigner } from './signer.ts';
import { isUsualClient, isWithoutAccount } from './usual.ts';

/**
 * Has a client's two hot calls, BatchExecuteStatement and BatchGetItem, leave out the SDK's middleware and its walk along the
 * schemas. The first call of each is the SDK's own. What it was about to sign is kept: where it goes, and its headers. Each
 * later call is that request with a body of its own. Credentials, signer, clock and HTTP handler are the client's.
 *
 * What is unusual is the SDK's: a client or a request that is not as Sluice makes them (`usual.ts`), a call with options, a
 * command with middleware of its own, bytes in an input. So is the reading of errors, bytes, and answers that are not known.
 *
 * @param settings that the client was made with
 * @returns the same client
 */
export function shortened<Made extends { send: unknown }>(client: Made, settings: object): Made {
  const short = client as unknown as Client;
  if (!isUsualClient(short, settings)) return client;
  const sdk = short.send.bind(short);
  const ways: Ways = { config: short.config, sdk, replay: makeReplay(short, sdk) };
  keepSigner(short.config);
  const templateOf = learnFrom(short);
  short.send = (command, ...more) => {
    const options = optionsOf(more);
    const template = options && templateOf(command);
    return template === undefined || options === undefined
      ? sdk(command, ...more)
      : send({ command, template, options }, ways);
  };
  return client;
}

interface Call {
  readonly command: Command;
  readonly template: Template;
  readonly options: object;
}

const NO_OPTIONS = {};

/** @returns what the HTTP handler takes beside a request; undefined if more was given than a signal that ends the call */
function optionsOf([options = NO_OPTIONS, ...more]: unknown[]): object | undefined {
  if (more.length > 0 || typeof options !== 'object' || options === null) return undefined;
  return Object.keys(options).every((name) => name === 'abortSignal') ? options : undefined;
}

interface Ways {
  readonly config: ClientConfig;
  /** The SDK's own. */
  readonly sdk: Client['send'];
  readonly replay: Replay;
}

async function send({ command, template, options }: Call, { config, sdk, replay }: Ways): Promise<unknown> {
  const body = plainJson(command.input);
  if (body === undefined) return sdk(command, options);
  const signing = { ...template.signing };
  const request = await signed(body, { ...template, signing }, config).catch(() => undefined);
  // The SDK says what is wrong with the credentials.
  if (request === undefined) return sdk(command, options);
  let response: HttpResponse | undefined;
  let bytes: Buffer;
  try {
    ({ response } = await config.requestHandler.handle(request, options));
    bytes = await collect(response);
  } catch (error) {
    return replay(command, { response, error });
  }
  const output = read(template.operation, { response, bytes });
  if (output === undefined || !isIntact(template.operation, command.input, output, config))
    return replay(command, { response, body: bytes });
  template.signer.successHandler(response, signing);
  output.$metadata = { ...config.protocol.deserializeMetadata(response), attempts: 1, totalRetryDelay: 0 };
  return output;
}

/** @returns undefined if the endpoint depends on whose credentials these are */
async function signed(
  body: string,
  { request: kept, signer, signing }: Template,
  config: ClientConfig,
): Promise<HttpRequest | undefined> {
  const identity = await config.credentials();
  if (!isWithoutAccount(identity, await config.accountIdEndpointMode?.())) return undefined;
  const request = kept.clone();
  request.headers['content-length'] = String(Buffer.byteLength(body));
  request.headers['amz-sdk-invocation-id'] = randomUUID();
  request.body = body;
  await traced({ request });
  return signer.sign(request, identity, signing);
}

/** The SDK's own step: the trace of the invocation, by what Lambda says of it. */
const traced = recursionDetectionMiddleware()(async (args) => args as never, {}) as unknown as (args: {
  readonly request: HttpRequest;
}) => Promise<unknown>;
