import type { ServerResponse } from 'node:http';
import { attribute, below, item, type Random, text } from './commands.ts';

/** What a server does with a request: it answers, or breaks off. */
export type Reply = (response: ServerResponse) => void;

const onWire = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => (isBuffer(one) ? Buffer.from(one.data).toString('base64') : one));

const isBuffer = (one: unknown): one is { readonly data: number[] } =>
  typeof one === 'object' && one !== null && 'type' in one && one.type === 'Buffer' && 'data' in one;

const HEADERS = { 'x-amzn-requestid': 'R1', 'x-amz-id-2': 'E2', 'x-amz-cf-id': 'C3', 'x-amz-crc32': '1' };

const answer =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...HEADERS, ...headers });
    response.end(body);
  };

const ok = (body: unknown) => answer(200, onWire(body));

/** As it comes for statements, most of which were written. */
function responses(random: Random, withBytes: boolean): object[] {
  return Array.from({ length: below(random, 26) }, () => {
    if (random() < 0.7) return { TableName: 'jobs' };
    if (random() < 0.3) return { TableName: 'jobs', Item: item(random, withBytes) };
    const failure = { Code: 'ConditionalCheckFailed', Message: text(random), Item: item(random, withBytes) };
    return { TableName: 'jobs', Error: failure };
  });
}

const tables = (random: Random, withBytes: boolean) => ({
  jobs: Array.from({ length: below(random, 10) }, () => item(random, withBytes)),
  ...(random() < 0.2 && { other: [] }),
});

const ERRORS = [
  [400, 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException'],
  [400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'],
  [400, 'com.amazonaws.dynamodb.v20120810#RequestLimitExceeded'],
  [400, 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException'],
  [400, 'com.amazonaws.dynamodb.v20120810#TransactionInProgressException'],
  [400, 'com.amazon.coral.availability#ThrottlingException'],
  [400, 'com.amazon.coral.validate#ValidationException'],
  [400, 'com.amazon.coral.service#UnrecognizedClientException'],
  [400, 'com.amazon.coral.service#RequestTimeoutException'],
  [500, 'com.amazonaws.dynamodb.v20120810#InternalServerError'],
  [503, 'com.amazon.coral.availability#ServiceUnavailableException'],
  [400, 'what nobody knows'],
] as const;

function refusal(random: Random): Reply {
  const [status, __type] = ERRORS[below(random, ERRORS.length)] ?? ERRORS[0];
  const name = random() < 0.5 ? 'message' : 'Message';
  return answer(status, onWire({ __type, [name]: text(random), Item: { id: attribute(random, false) } }));
}

/** Of a clock that is hours from ours. */
const skewed = (random: Random): Reply =>
  answer(400, onWire({ __type: 'x#InvalidSignatureException', message: 'Signature expired' }), {
    date: new Date(Date.UTC(2026, 0, 1 + below(random, 300))).toUTCString(),
  });

const brokenOff: Reply = (response) => {
  response.writeHead(200, { ...HEADERS, 'content-length': '100' });
  response.write('{"Responses":[', () => response.destroy());
};

const ODD: readonly Reply[] = [
  answer(200, ''),
  answer(200, '{}'),
  answer(200, 'healthy: dynamodb'),
  answer(200, 'null'),
  answer(200, '[]'),
  answer(200, '{"Responses":null}'),
  answer(200, '{"Responses":{},"UnprocessedKeys":null}'),
  answer(200, '{"Responses":[{"TableName":null,"Error":{"Code":"x","Message":null}}]}'),
  answer(200, '{"Responses":[{"TableName":"jobs","New":1}],"More":[1]}'),
  answer(200, '{"Responses":[],"ConsumedCapacity":[{"TableName":"jobs","CapacityUnits":1.5}]}'),
  answer(200, '{"Responses":{},"UnprocessedKeys":{"jobs":{"Keys":[{"id":{"B":"AQI="}}],"ConsistentRead":true}}}'),
  answer(200, '{"__type":"x","Responses":[],"more":{}}'),
  answer(204, ''),
  answer(301, ''),
  answer(413, '<html>too large</html>', { 'content-type': 'text/html' }),
  answer(503, '', { 'retry-after': '1' }),
  answer(502, '<html>a proxy</html>'),
  (response) => void response.destroy(),
  brokenOff,
];

/** What a server may say to a call: nearly three quarters are plain successes. */
export function reply(random: Random, operation: 'BatchExecuteStatement' | 'BatchGetItem'): Reply {
  const kind = random();
  if (kind < 0.08) return refusal(random);
  if (kind < 0.15) return ODD[below(random, ODD.length)] ?? brokenOff;
  if (kind < 0.16) return skewed(random);
  const withBytes = kind < 0.22;
  return operation === 'BatchGetItem'
    ? ok({ Responses: tables(random, withBytes), UnprocessedKeys: {} })
    : ok({ Responses: responses(random, withBytes) });
}
