import { setTimeout as sleep } from 'node:timers/promises';
import {
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
} from '@aws-sdk/client-eventbridge';
import type { Random } from '../../../lib/testing/simulation/random.ts';
import type { Gate } from './gate.ts';
import { STAGE, type Stage } from './stage.ts';
import { killWorker, workersOf } from './workers.ts';

/** What was done to the system. */
export interface Injected {
  workersKilled: number;
  /** Times that Stripe's and the source's stand-ins were down, and for how long together, ms. */
  outages: number;
  outageMs: number;
  ruleOffMs: number;
}

export interface StormOptions {
  readonly random: Random;
  /** How long it lasts, ms. */
  readonly forMs: number;
  readonly log: (line: string) => void;
}

/** The dispatcher's rule is off this long. */
export const RULE_OFF_MS = 120_000;
const KILL_EVERY_MS = [2000, 7000] as const;
const OUTAGE_MS = [8000, 20_000] as const;
const BETWEEN_OUTAGES_MS = [15_000, 30_000] as const;
const MISCHIEF_EVERY_MS = [4000, 9000] as const;

/** Does its worst to a stage until its time is over, and leaves it whole. */
export async function storm(stage: Stage, { random, forMs, log }: StormOptions): Promise<Injected> {
  const injected: Injected = { workersKilled: 0, outages: 0, outageMs: 0, ruleOffMs: 0 };
  const endsAtMs = Date.now() + forMs;
  const part = { random, endsAtMs, log };
  await Promise.all([
    killing(injected, part),
    outages([stage.stripeGate, stage.sourceGate], injected, part),
    mischief(stage, part),
    ruleOff(stage, injected, log),
  ]);
  return injected;
}

interface Part {
  readonly random: Random;
  readonly endsAtMs: number;
  readonly log: (line: string) => void;
}

async function killing(injected: Injected, { random, endsAtMs }: Part): Promise<void> {
  while (Date.now() < endsAtMs) {
    await sleep(random.int(...KILL_EVERY_MS));
    const [first, ...others] = await workersOf(STAGE);
    if (first !== undefined && killWorker(random.pick([first, ...others]))) injected.workersKilled += 1;
  }
}

async function outages(gates: readonly [Gate, Gate], injected: Injected, { random, endsAtMs }: Part): Promise<void> {
  for (let turn = 0; ; turn++) {
    await sleep(random.int(...BETWEEN_OUTAGES_MS));
    const lengthMs = random.int(...OUTAGE_MS);
    if (Date.now() + lengthMs > endsAtMs) return;
    const gate = gates[turn % 2] ?? gates[0];
    await gate.shut();
    await sleep(lengthMs);
    await gate.open();
    injected.outages += 1;
    injected.outageMs += lengthMs;
  }
}

/** Answers that get lost once the payment is taken, and refusals that say when to come back. */
async function mischief({ stripe, source }: Stage, { random, endsAtMs }: Part): Promise<void> {
  while (Date.now() < endsAtMs) {
    await sleep(random.int(...MISCHIEF_EVERY_MS));
    stripe.failNext({ reset: 'after' });
    source.failNext({ status: 503, retryAfter: String(random.int(1, 75)) });
    stripe.failNext({ status: 429 });
  }
}

async function ruleOff({ emulator }: Stage, injected: Injected, log: (line: string) => void): Promise<void> {
  const events = new EventBridgeClient(emulator.clientConfig);
  const Name = await dispatcherRule(events);
  await events.send(new DisableRuleCommand({ Name }));
  log('the dispatcher’s rule is off');
  const fromMs = Date.now();
  await sleep(RULE_OFF_MS);
  await events.send(new EnableRuleCommand({ Name }));
  injected.ruleOffMs = Date.now() - fromMs;
  log('the dispatcher’s rule is on again');
  events.destroy();
}

async function dispatcherRule(client: EventBridgeClient): Promise<string> {
  const { Rules = [] } = await client.send(new ListRulesCommand({}));
  const rule = Rules.find(({ Description }) => Description === `Sluice ${STAGE}: releases parked jobs`);
  if (rule?.Name === undefined) throw new Error('the dispatcher’s rule was not found: has its description changed?');
  return rule.Name;
}
