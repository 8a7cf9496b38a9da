import { type ClientConfig, clientConfigOf } from './client-config.ts';
import { dockerEngineAnswers, startLocalStack } from './docker.ts';
import { startEmbedded } from './embedded.ts';
import { EmulatorError } from './errors.ts';
import { probeHealth } from './health.ts';
import { startLocalStackHost } from './host/start.ts';
import { type Mail, readMailbox } from './mailbox.ts';
import type { StartedEmulator } from './owned-process.ts';

export type { ClientConfig } from './client-config.ts';
export { EmulatorError } from './errors.ts';
export type { Mail } from './mailbox.ts';

const KINDS = ['localstack', 'localstack-host', 'embedded'] as const;

/**
 * `localstack` runs in Docker, `localstack-host` is the same without Docker, `embedded` is MiniStack. What they lack
 * differs, so the CDK app gets the kind as context (`-c emulator=<kind>`).
 */
export type EmulatorKind = (typeof KINDS)[number];

/** AWS on this machine. */
export interface Emulator {
  readonly kind: EmulatorKind;
  /** For people, with its version: `MiniStack 1.5.33`. */
  readonly name: string;
  readonly endpoint: string;
  /** False for one that was running already: `stop()` leaves it alone. */
  readonly owned: boolean;
  /** Environment variables that make a program's AWS SDK, AWS CLI or CDK use this emulator. */
  readonly env: Readonly<Record<string, string>>;
  /** The same for an SDK client made in this process. */
  readonly clientConfig: ClientConfig;
  /** The host name by which a function reaches this machine's 127.0.0.1, where the stand-ins listen. */
  readonly hostSeenByFunctions: string;
  /** The e-mails that were sent, oldest first. */
  readonly mailbox: () => Promise<Mail[]>;
  /** Ends it and all its processes. Safe to call twice. */
  readonly stop: () => Promise<void>;
}

/** Options of {@link startEmulator}. */
export interface EmulatorOptions {
  /** @default whichever this machine can run, see {@link startEmulator} */
  readonly force?: EmulatorKind | undefined;
  /** Gets a line for each step that takes time, and for a function that could not be started. */
  readonly log?: ((line: string) => void) | undefined;
  /** The port that MiniStack, or LocalStack without Docker, takes if it is free. @default any */
  readonly port?: number | undefined;
}

const REGION = 'us-east-1';
/** Both emulators give this account to an access key that is not twelve digits. */
const ACCOUNT = '000000000000';
/** Account and region, for programs that the emulator need not answer yet. */
export const PLACE = {
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  CDK_DEFAULT_ACCOUNT: ACCOUNT,
  CDK_DEFAULT_REGION: REGION,
} as const;
const DEFAULT_ENDPOINT = 'http://127.0.0.1:4566';

/** Which emulator it is going to be, before it is up: what is made for it may be made meanwhile. */
export interface ChosenEmulator extends Pick<Emulator, 'kind' | 'hostSeenByFunctions'> {
  /** @throws EmulatorError that says what is missing and what to do */
  readonly start: () => Promise<Emulator>;
}

/**
 * Starts AWS on this machine, or finds it running. The first that is possible is used: an emulator that answers at
 * `AWS_ENDPOINT_URL` or on port 4566; LocalStack, if a Docker engine answers; the embedded emulator. LocalStack without Docker
 * is slow and used only if it is asked for.
 *
 * It ends with this process, also on Ctrl-C or a crash, unless it was running before.
 *
 * @throws EmulatorError that says what is missing and what to do
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { start } = await chooseEmulator(options);
  return start();
}

/**
 * Chooses as {@link startEmulator} does, and starts nothing yet.
 *
 * @throws EmulatorError if LocalStack is asked for, and neither it nor a Docker engine answers
 */
export async function chooseEmulator(options: EmulatorOptions = {}): Promise<ChosenEmulator> {
  const { port, log = () => undefined } = options;
  const embedded = () => chosen('embedded', () => startEmbedded(log, port));
  if (options.force === 'embedded') return embedded();
  if (options.force === 'localstack-host') return chosen('localstack-host', () => startLocalStackHost(log, port));
  const running = await findRunning();
  if (running && (options.force === undefined || running.kind === options.force)) {
    return { ...running, start: async () => running };
  }
  if (await dockerEngineAnswers()) return chosen('localstack', () => startLocalStack(log));
  if (options.force === undefined) return embedded();
  throw new EmulatorError(
    'No LocalStack answers on AWS_ENDPOINT_URL or port 4566, and no Docker engine answers to start one. ' +
      'Start Docker, or use --emulator=embedded, which needs only Python.',
  );
}

function chosen(kind: EmulatorKind, start: () => Promise<StartedEmulator>): ChosenEmulator {
  const hostSeenByFunctions = hostSeenFrom(kind === 'localstack');
  return { kind, hostSeenByFunctions, start: async () => started(kind, await start()) };
}

const hostSeenFrom = (inContainer: boolean) => (inContainer ? 'host.docker.internal' : '127.0.0.1');

/** @throws EmulatorError if `value` names no emulator */
export function checkedEmulatorKind(value: string | undefined): EmulatorKind | undefined {
  const kind = KINDS.find((known) => known === value);
  if (value === undefined || kind !== undefined) return kind;
  throw new EmulatorError(`--emulator must be localstack, localstack-host or embedded, got ${JSON.stringify(value)}`);
}

async function findRunning(): Promise<Emulator | undefined> {
  for (const endpoint of [process.env.AWS_ENDPOINT_URL, DEFAULT_ENDPOINT]) {
    if (!endpoint || !URL.canParse(endpoint)) continue;
    const health = await probeHealth(endpoint);
    if (health) {
      const stop = async () => undefined;
      return emulator({ ...health, endpoint: new URL(endpoint).origin, owned: false, stop });
    }
  }
  return undefined;
}

function started(kind: EmulatorKind, { endpoint, name, stop }: StartedEmulator): Emulator {
  let stopping: Promise<void> | undefined;
  const stopOnce = () => {
    stopping ??= stop();
    return stopping;
  };
  return emulator({ kind, name, endpoint, owned: true, inContainer: kind === 'localstack', stop: stopOnce });
}

interface Base extends Pick<Emulator, 'kind' | 'name' | 'endpoint' | 'owned' | 'stop'> {
  readonly inContainer: boolean;
}

function emulator({ inContainer, ...base }: Base): Emulator {
  // The CDK caches the account id of an access key in the home folder, so each kind of emulator has a key of its own.
  const credentials = { accessKeyId: base.kind === 'embedded' ? 'embedded' : 'test', secretAccessKey: 'test' };
  return {
    ...base,
    env: {
      ...PLACE,
      AWS_ENDPOINT_URL: base.endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    clientConfig: clientConfigOf({ endpoint: base.endpoint, region: REGION, credentials }),
    hostSeenByFunctions: hostSeenFrom(inContainer),
    mailbox: () => readMailbox(base.kind, base.endpoint),
  };
}
