import { type MapOf, mapsIn } from '../../lib/operator/index.ts';

/** Where the synth of a checkout leaves the maps. */
export const MAPS_FOLDER = 'cdk.out/source-maps';
export const MAPS_HELP = 'source maps that the deploy left';

interface KeptMaps {
  readonly mapOf: MapOf;
  /** One line for each bundle that was asked for and has no map in the folder: its frames stay as they are. */
  missing(): string[];
}

/** The source maps of a folder. It remembers which are not there, because a stack without them looks as if it were read. */
export function keptMaps(folder: string): KeptMaps {
  const kept = mapsIn(folder);
  const absent = new Set<string>();
  return {
    mapOf: (name) => {
      const map = kept(name);
      if (map === undefined) absent.add(name);
      return map;
    },
    missing: () =>
      [...absent].map(
        (name) => `${folder} has no source map of ${name}: name the folder that its deploy left with --maps`,
      ),
  };
}
