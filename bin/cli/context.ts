import { type Command, Option } from 'commander';
import { checkedStage, ENV } from '../../lib/contract/names.ts';
import type { Stage, Whereabouts } from '../../lib/operator/index.ts';
import type { Clients, Host } from './host.ts';
import { UsageError } from './options.ts';
import { makePrinter, type Printer } from './print.ts';

/** Options that every verb takes. */
export interface CommonOptions {
  readonly stage?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly json?: boolean;
  readonly wide?: boolean;
  readonly debug?: boolean;
}

/** What a verb works with. */
export interface Context {
  readonly host: Host;
  readonly stage: Stage;
  readonly clients: Clients;
  readonly print: Printer;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Adds the options that every verb takes. */
export function withCommon(command: Command): Command {
  const option = (flags: string, text: string) =>
    command.addOption(new Option(flags, text).helpGroup('Where and how:'));
  option('--stage <stage>', `stage to work on (default: ${ENV.stage}, else dev)`);
  option('--profile <name>', 'profile of the AWS configuration (default: AWS_PROFILE)');
  option('--region <region>', 'AWS region (default: AWS_REGION, else the profile’s)');
  option('--endpoint <url>', 'where AWS answers, for an emulator (default: AWS_ENDPOINT_URL)');
  option('--json', 'print JSON, for programs');
  option('--wide', 'tables as wide as what they hold (default: as the terminal)');
  option('--debug', 'show where an error came from');
  return command;
}

export const stageName = ({ stage }: CommonOptions, { env }: Pick<Host, 'env'>): string =>
  stage ?? (env[ENV.stage] || 'dev');

/** Where the options and the environment say that the command looks. */
export const whereabouts = (options: CommonOptions, { env }: Pick<Host, 'env'>): Whereabouts => ({
  stage: stageName(options, { env }),
  profile: options.profile ?? env.AWS_PROFILE,
  region: options.region ?? env.AWS_REGION,
  endpoint: options.endpoint ?? env.AWS_ENDPOINT_URL,
});

/** @throws UsageError for an invalid stage or endpoint */
export function makeContext(options: CommonOptions, host: Host): Context {
  const name = checked(() => checkedStage(stageName(options, host)));
  const { profile, region, endpoint } = options;
  if (endpoint !== undefined && !/^https?:\/\//.test(endpoint)) {
    throw new UsageError(`--endpoint must be a URL as http://127.0.0.1:4566, got "${endpoint}"`);
  }
  const clients = host.connect({
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
  });
  return {
    stage: { name, aws: clients.aws, ...host.clock },
    ...{ host, clients, signal: host.interruption() },
    print: makePrinter({ json: options.json === true, wide: options.wide === true, host }),
  };
}

function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (cause) {
    throw new UsageError(`--${(cause as Error).message}`, { cause });
  }
}
