import { type Command, Option } from 'commander';
import { checkedStage, ENV } from '../../lib/contract/names.ts';
import { type Stage, shellWord, type Whereabouts } from '../../lib/operator/index.ts';
import type { ClientConfig, Clients, Host } from './host.ts';
import type { LocalStage } from './local-stage.ts';
import { UsageError } from './options.ts';
import { makePrinter, type Printer } from './print.ts';

/** Options that every verb takes. */
export interface CommonOptions {
  readonly stage?: string;
  readonly app?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly local?: boolean;
  readonly json?: boolean;
  readonly wide?: boolean;
  readonly debug?: boolean;
}

/** What a verb works with. */
export interface Context {
  readonly host: Host;
  readonly stage: Stage;
  readonly clients: Clients;
  /** Makes new ones: credentials that were renewed meanwhile are read anew. */
  readonly reconnect: () => Clients;
  readonly print: Printer;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Adds the options that every verb takes. */
export function withCommon(command: Command): Command {
  const option = (flags: string, text: string) =>
    command.addOption(new Option(flags, text).helpGroup('Where and how:'));
  option('--stage <stage>', `stage to work on (default: ${ENV.stage}, else dev)`);
  option('--app <app>', 'app that the stage is of (default: as in --stage shop/prod, else sluice)');
  option('--profile <name>', 'profile of the AWS configuration (default: AWS_PROFILE)');
  option('--region <region>', 'AWS region (default: AWS_REGION, else the profile’s)');
  option('--endpoint <url>', 'where AWS answers, for an emulator (default: AWS_ENDPOINT_URL)');
  option('--local', 'the stage that npm run local keeps up on this machine');
  option('--json', 'print JSON, for programs');
  option('--wide', 'tables as wide as what they hold (default: as the terminal)');
  option('--debug', 'show where an error came from');
  return command;
}

type Where = Pick<Host, 'env' | 'localStage'>;

const localOf = ({ local }: CommonOptions, { localStage }: Where): LocalStage | undefined =>
  local === true ? localStage?.() : undefined;

/** The stage's full name, or as it was typed if that is no name. */
function stageName(options: CommonOptions, host: Where): string {
  const given = givenStage(options, host);
  try {
    return checkedStage(given, options.app);
  } catch {
    return given;
  }
}

const givenStage = (options: CommonOptions, host: Where): string =>
  options.stage ?? localOf(options, host)?.stage ?? (host.env[ENV.stage] || 'dev');

/** Where the options and the environment say that the command looks. */
export function whereabouts(options: CommonOptions, host: Where): Whereabouts {
  const local = localOf(options, host);
  const { env } = host;
  return {
    stage: stageName(options, host),
    profile: options.profile ?? (local === undefined ? env.AWS_PROFILE : undefined),
    region: options.region ?? local?.region ?? env.AWS_REGION,
    endpoint: options.endpoint ?? local?.endpoint ?? env.AWS_ENDPOINT_URL,
    flags: flagsFor(options, host),
  };
}

/** What a command line needs to look at the same place. The stage is named also where a variable names it. */
function flagsFor(options: CommonOptions, host: Where): string {
  const isNamed = options.local !== true || options.stage !== undefined || options.app !== undefined;
  const stage = isNamed ? stageName(options, host) : undefined;
  const named = Object.entries({ stage, profile: options.profile, region: options.region, endpoint: options.endpoint });
  const flags = named.flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${shellWord(value)}`]));
  return [...flags, ...(options.local === true ? [' --local'] : [])].join('');
}

/** @throws UsageError for an invalid stage or endpoint, or `--local` where no local stage is up */
export function makeContext(options: CommonOptions, host: Host): Context {
  const name = checked(() => checkedStage(givenStage(options, host), options.app));
  const config = options.local === true ? localClients(options, host) : clientConfig(options);
  const clients = host.connect(config);
  const reconnect = () => host.connect({ ...config, ignoreCache: true });
  const { endpoint, flags } = whereabouts(options, host);
  return {
    stage: { name, aws: clients.aws, endpoint, flags, ...host.clock },
    ...{ host, clients, reconnect, signal: host.interruption() },
    print: makePrinter({ json: options.json === true, wide: options.wide === true, host }),
  };
}

function clientConfig({ profile, region, endpoint }: CommonOptions): ClientConfig {
  if (endpoint !== undefined && !/^https?:\/\//.test(endpoint)) {
    throw new UsageError(`--endpoint must be a URL as http://127.0.0.1:4566, got "${endpoint}"`);
  }
  return {
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
  };
}

function localClients(options: CommonOptions, host: Where): ClientConfig {
  const other = (['profile', 'region', 'endpoint'] as const).find((name) => options[name] !== undefined);
  if (other !== undefined) throw new UsageError(`--local says where to look: leave out --${other}`);
  const local = localOf(options, host);
  if (local === undefined)
    throw new UsageError('no local stage is up: start one with npm run local, and leave it running');
  const { endpoint, region, credentials } = local;
  return { endpoint, region, credentials, useFipsEndpoint: false, useDualstackEndpoint: false };
}

function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (cause) {
    throw new UsageError(`--${(cause as Error).message}`, { cause });
  }
}
