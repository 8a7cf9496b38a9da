import { flagsOf, isEmulator, keepsData, type SendDeps, type Stage } from '../operator/index.ts';
import type { About, Trouble, TypeAbout } from './api.ts';
import { type Feeds, makeFeeds } from './feeds.ts';
import type { ConsoleOptions } from './options.ts';
import { troubleOf } from './trouble.ts';

/** What all routes work with: the stage, and what all tabs share. */
export interface Desk {
  readonly options: ConsoleOptions;
  readonly stage: Stage;
  readonly send: SendDeps;
  readonly now: () => number;
  /** What a page says of an error. Expired credentials have the next call made with clients of their own. */
  readonly troubleOf: (error: unknown) => Trouble;
  readonly feeds: Feeds;
  /** Whether the stage's stacks keep their data. What cannot be read counts as true. */
  readonly keepsData: () => Promise<boolean>;
}

/** It changes by a deploy of core. */
const KEEPS_MS = 5 * 60_000;
/** Clients are made anew at most so often. */
const RECONNECT_MS = 5_000;

const NO_SENDER: SendDeps['sqs'] = {
  send: (): Promise<never> => Promise.reject(new TypeError('this console was started without what sends jobs')),
};

export function makeDesk(options: ConsoleOptions): Desk {
  const now = options.stage.now ?? Date.now;
  let clients: { readonly aws: Stage['aws']; readonly sqs: SendDeps['sqs'] } = {
    ...{ aws: options.stage.aws, sqs: options.sqs ?? NO_SENDER },
  };
  let connectedMs = Number.NEGATIVE_INFINITY;
  const stage: Stage = {
    ...options.stage,
    get aws() {
      return clients.aws;
    },
  };
  const send: SendDeps = {
    stage,
    get sqs() {
      return clients.sqs;
    },
  };
  const troubleHere = (error: unknown): Trouble => {
    const trouble = troubleOf(error, options.where);
    if (trouble.kind === 'expired' && options.connect !== undefined && now() - connectedMs >= RECONNECT_MS) {
      clients = options.connect();
      connectedMs = now();
    }
    return trouble;
  };
  const feeds = makeFeeds(stage, { now, troubleOf: troubleHere });
  const keeps = feeds.one('keepsData', KEEPS_MS, () => keepsData(stage));
  return {
    options,
    stage,
    send,
    now,
    troubleOf: troubleHere,
    feeds,
    keepsData: async () => (await keeps.look()).data ?? true,
  };
}

/** What no emulator of `npm run local` shows as AWS does. */
const EMULATOR_GAPS = [
  'No metric reaches CloudWatch here: charts show what this console has counted itself.',
  'Alarms prove little here: they ignore dimensions and missing data, and are judged late or never.',
  'Permissions are not checked here.',
];

/** Where this is, and what may be done. */
export async function aboutOf(desk: Desk): Promise<About> {
  const { options, stage, feeds } = desk;
  const { where, definitions, readOnly = false, payloads = true } = options;
  const deployed = ((await feeds.types.look()).data ?? []).map(({ type }) => type);
  const isEmulated = isEmulator(where.endpoint);
  const all = [...new Set([...deployed, ...definitions.map(({ type }) => type)])].toSorted();
  const list = all.map((type) => aboutType(type, { deployed, options }));
  return {
    ...{ stage: stage.name, flags: flagsOf(stage), isEmulator: isEmulated },
    ...(where.region !== undefined && { region: where.region }),
    ...(where.profile !== undefined && { profile: where.profile }),
    ...(where.endpoint !== undefined && { endpoint: where.endpoint }),
    ...{ keepsData: await desk.keepsData(), readOnly, payloads, gaps: isEmulated ? EMULATOR_GAPS : [], types: list },
    hasFlows: list.some(({ inFlows, deployed: isDeployed }) => inFlows && isDeployed),
  };
}

interface Known {
  readonly deployed: readonly string[];
  readonly options: ConsoleOptions;
}

function aboutType(type: string, { deployed, options: { definitions } }: Known): TypeAbout {
  const definition = definitions.find((one) => one.type === type);
  const isFollower = definitions.some(({ handsOn = [] }) => handsOn.includes(type));
  return {
    ...{ type, deployed: deployed.includes(type), inCatalogue: definition !== undefined },
    retired: definition?.retired === true,
    hasSchedules: (definition?.schedule.length ?? 0) > 0,
    inFlows: definition?.handsOn !== undefined || isFollower,
  };
}
