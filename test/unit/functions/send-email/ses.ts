import { type RunningServer, readBody, startServer } from '../../../../localstack/stand-ins/http-server.ts';

/** SES's v1 API (query protocol, XML) on this machine. */
export interface SesServer extends RunningServer {
  /** Parameters of the requests that came, oldest first. */
  readonly requests: Record<string, string>[];
  /** Has the next request refused with this code. */
  readonly refuseNext: (refusal: Refusal) => void;
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export async function startSes(): Promise<SesServer> {
  const requests: Record<string, string>[] = [];
  const refusals: Refusal[] = [];
  const server = await startServer(async (request, response) => {
    const parameters = Object.fromEntries(new URLSearchParams(await readBody(request)));
    requests.push(parameters);
    const refusal = refusals.shift();
    response.writeHead(refusal?.status ?? 200, { 'content-type': 'text/xml' });
    response.end(refusal ? refused(refusal) : sent(String(parameters.Action), requests.length));
  });
  return { ...server, requests, refuseNext: (refusal) => refusals.push(refusal) };
}

const NAMESPACE = 'http://ses.amazonaws.com/doc/2010-12-01/';

const sent = (action: string, count: number) => `<${action}Response xmlns="${NAMESPACE}">
  <${action}Result><MessageId>message-${count}</MessageId></${action}Result>
  <ResponseMetadata><RequestId>request-${count}</RequestId></ResponseMetadata>
</${action}Response>`;

const refused = ({ code, message }: Refusal) => `<ErrorResponse xmlns="${NAMESPACE}">
  <Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>
  <RequestId>request</RequestId>
</ErrorResponse>`;
