import { flagsOf, type Stage, typesOf } from '../operator/index.ts';
import type { About, TypeAbout } from './api.ts';
import { makeSource, type Source } from './feed.ts';
import type { ConsoleOptions } from './options.ts';
import { troubleOf } from './trouble.ts';

/** What all routes work with: the stage, and what all tabs share. */
export interface Desk {
  readonly options: ConsoleOptions;
  readonly stage: Stage;
  readonly now: () => number;
  /** The stage's job types, sorted. */
  readonly types: Source<readonly string[]>;
}

/** Job types come and go by deploys. */
const TYPES_MS = 60_000;

export function makeDesk(options: ConsoleOptions): Desk {
  const { stage, where } = options;
  const now = stage.now ?? Date.now;
  const source = <T>(everyMs: number, read: () => Promise<T>): Source<T> =>
    makeSource({ read, everyMs, now, troubleOf: (error) => troubleOf(error, where) });
  return { options, stage, now, types: source(TYPES_MS, () => typesOf(stage)) };
}

/** Where this is, and what may be done. */
export async function aboutOf({ options, stage, types }: Desk): Promise<About> {
  const { where, definitions, readOnly = false, payloads = true, gaps = [] } = options;
  const deployed = (await types.look()).data ?? [];
  const all = [...new Set([...deployed, ...definitions.map(({ type }) => type)])].toSorted();
  const list = all.map((type) => aboutType(type, { deployed, options }));
  return {
    ...{ stage: stage.name, flags: flagsOf(stage), isEmulator: where.endpoint !== undefined },
    ...(where.region !== undefined && { region: where.region }),
    ...(where.profile !== undefined && { profile: where.profile }),
    ...(where.endpoint !== undefined && { endpoint: where.endpoint }),
    ...{ keepsData: true, readOnly, payloads, gaps, types: list },
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
