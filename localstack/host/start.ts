import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emulatorEnvironment, type StartedEmulator, startOwned } from '../owned-process.ts';
import { freePort, NODE } from '../places.ts';
import { ensureLocalStackHost } from './install.ts';

const LAUNCHER = join(import.meta.dirname, 'launch.py');

/** What LocalStack says of a function that could not be started, and what open_dynamodb.py says of the tables. */
const COMPLAINT = /(?<what>Failed to start execution environment.*|MiniStack, which keeps LocalStack's tables,.*)/i;

/**
 * Starts LocalStack as processes of this machine, without Docker, on free ports of 127.0.0.1.
 *
 * @param preferredPort  taken if it is free
 * @throws EmulatorError if it cannot be installed or does not come up
 */
export async function startLocalStackHost(
  log: (line: string) => void,
  preferredPort?: number,
): Promise<StartedEmulator> {
  const { python, ministack } = await ensureLocalStackHost(log);
  const port = await freePort(preferredPort);
  // Outside the checkout: functions are unpacked here, and would find the checkout's node_modules, which AWS does not have.
  const scratch = await mkdtemp(join(tmpdir(), 'sluice-localstack-'));
  // It is its home, too: LocalStack caches its list of plugins there, and would read this machine's AWS profiles.
  const paths = { FILESYSTEM_ROOT: join(scratch, 'root'), TMPDIR: scratch, HOME: scratch };
  return startOwned(
    {
      what: 'LocalStack',
      logName: 'localstack',
      command: [python, LAUNCHER],
      env: { ...environment(port), ...paths, SLUICE_MINISTACK: ministack },
      scratch,
      endpoint: `http://127.0.0.1:${port}`,
      longestStartMs: 120_000,
      complaint: COMPLAINT,
    },
    log,
  );
}

function environment(port: number): NodeJS.ProcessEnv {
  return {
    ...emulatorEnvironment(),
    // The process executor is a plugin, found by its metadata beside it.
    PYTHONPATH: import.meta.dirname,
    PYTHONDONTWRITEBYTECODE: '1',
    SLUICE_NODE: NODE,
    LAMBDA_RUNTIME_EXECUTOR: 'process',
    // An idle function's process stays for ten minutes, frozen.
    LAMBDA_KEEPALIVE_MS: '600000',
    GATEWAY_LISTEN: `127.0.0.1:${port}`,
    LOCALSTACK_HOST: `127.0.0.1:${port}`,
    // Queue URLs with this machine's address, not with a name that only LocalStack's DNS knows.
    SQS_ENDPOINT_STRATEGY: 'off',
    // Like AWS, refuse the name of a deleted queue for a minute.
    SQS_DELAY_RECENTLY_DELETED: '1',
    DNS_ADDRESS: '0',
    OVERRIDE_IN_DOCKER: '0',
    // Without these three, LocalStack calls its vendor's servers.
    SKIP_SSL_CERT_DOWNLOAD: '1',
    DISABLE_EVENTS: '1',
    ACTIVATE_PRO: '0',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}
