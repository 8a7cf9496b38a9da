import { flagsOf, isEmulator } from '../operator/index.ts';
import type { About, TypeAbout } from './api.ts';
import type { Desk } from './desk.ts';
import type { ConsoleOptions } from './options.ts';

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
