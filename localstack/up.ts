import { type Deployment, type DeployOptions, deploy } from './deploy.ts';
import { type ChosenEmulator, chooseEmulator, type Emulator, type EmulatorKind } from './emulator.ts';
import {
  type JsonSource,
  type SourceSettings,
  type StripeStandIn,
  startJsonSource,
  startStripe,
} from './stand-ins/index.ts';
import { synthesise } from './synthesise.ts';

/** Options of {@link bringUp}. */
export interface BringUpOptions {
  /** @default 'dev' */
  readonly stage?: string;
  readonly emulator?: EmulatorKind | undefined;
  /** The emulator's port, if it is free. @default any */
  readonly port?: number;
  /** Contents of the JSON source. @default `crm` with 2,500 records */
  readonly sources?: Readonly<Record<string, SourceSettings>>;
  /** More context for the CDK app. */
  readonly context?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
}

/** Sluice, deployed on this machine, with the stand-ins for third parties. */
export interface LocalSluice {
  readonly emulator: Emulator;
  readonly stripe: StripeStandIn;
  readonly source: JsonSource;
  readonly deployment: Deployment;
  /** Deploys again, after a definition or a stack has changed. */
  readonly redeploy: () => Promise<Deployment>;
  readonly stop: () => Promise<void>;
}

/** Sender of the e-mails of a local stage; nothing is delivered. */
export const LOCAL_SENDER = 'sluice@example.com';

/**
 * Starts all of it. If a step fails, it stops what was started and throws.
 *
 * @throws EmulatorError
 */
export async function bringUp(options: BringUpOptions = {}): Promise<LocalSluice> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const chosen = await chooseEmulator({ force: options.emulator, log: options.log, port: options.port });
    const stripe = await startStripe();
    stops.push(stripe.stop);
    const source = await startJsonSource(options.sources ?? { crm: { records: 2500 } });
    stops.push(source.stop);
    const deployOptions = deployOptionsOf(chosen, { stripe, source }, options);
    // Beside the emulator's own start: neither needs the other.
    const ahead = synthesise(chosen, deployOptions, options.log);
    stops.push(ahead.end);
    const emulator = await chosen.start();
    stops.push(emulator.stop);
    const deployment = await deploy(emulator, { ...deployOptions, ahead: ahead.output });
    // A type that is removed meanwhile goes. One that another session left is not for this one to delete.
    const redeploy = () => deploy(emulator, { ...deployOptions, removesGone: true });
    return { emulator, stripe, source, redeploy, deployment, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function deployOptionsOf(
  { hostSeenByFunctions: host }: ChosenEmulator,
  { stripe, source }: Pick<LocalSluice, 'stripe' | 'source'>,
  { stage = 'dev', context, log }: BringUpOptions,
): DeployOptions {
  return {
    stage,
    context: {
      stripeApiBase: `http://${host}:${stripe.port}`,
      syncAllowedHosts: `*=${host}:${source.port}`,
      emailSender: LOCAL_SENDER,
      ...context,
    },
    secrets: { 'stripe-api-key': 'sk_test_local' },
    ...(log ? { log } : {}),
  };
}
