import { type RunningServer, readBody, sendJson, startServer } from '../../../../localstack/stand-ins/http-server.ts';

/** Secrets Manager on this machine, holding one value. */
export interface SecretsServer extends RunningServer {
  /** Ids of the secrets that were asked for, oldest first. */
  readonly asked: string[];
  /** Has all later requests answered with this value. */
  readonly put: (value: string) => void;
}

export async function startSecrets(): Promise<SecretsServer> {
  const asked: string[] = [];
  let value = '';
  const server = await startServer(async (request, response) => {
    const { SecretId } = JSON.parse(await readBody(request)) as { SecretId: string };
    asked.push(SecretId);
    sendJson(response, { status: 200, body: { Name: SecretId, SecretString: value } });
  });
  const put = (changed: string) => {
    value = changed;
  };
  return { ...server, asked, put };
}
