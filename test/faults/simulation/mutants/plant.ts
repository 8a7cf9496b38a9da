import { registerHooks } from 'node:module';
import { ACCEPT_MUTANTS } from './accept-mutants.ts';
import { BEGIN_MUTANTS } from './begin-mutants.ts';
import { BREAKER_MUTANTS } from './breaker-mutants.ts';
import { EXPIRY_MUTANTS } from './expiry-mutants.ts';
import { FLOW_MUTANTS } from './flow-mutants.ts';
import type { Mutant } from './mutant.ts';
import { OPTIMISTIC_MUTANTS } from './optimistic-mutants.ts';
import { OTHER_MUTANTS } from './other-mutants.ts';

export const MUTANTS: readonly Mutant[] = [
  ...ACCEPT_MUTANTS,
  ...BEGIN_MUTANTS,
  ...OTHER_MUTANTS,
  ...FLOW_MUTANTS,
  ...OPTIMISTIC_MUTANTS,
  ...BREAKER_MUTANTS,
  ...EXPIRY_MUTANTS,
];

/**
 * Plants a defect into modules as they are loaded, so that the code itself needs no hook for it. To be called before
 * anything of `lib` is imported.
 *
 * @returns what was planted
 * @throws RangeError if there is no such defect, or a piece that it replaces stands not exactly once in its file
 */
export function plant(defect: string): Mutant {
  const mutant = MUTANTS.find((one) => one.defect === defect);
  if (mutant === undefined)
    throw new RangeError(`no mutant "${defect}"; there are: ${MUTANTS.map((m) => m.defect).join('; ')}`);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const edits = mutant.edits.filter(({ file }) => url.endsWith(`/${file}`));
      if (edits.length === 0) return loaded;
      return { ...loaded, source: edits.reduce(applied, String(loaded.source)) };
    },
  });
  return mutant;
}

function applied(code: string, { file, from, to }: Mutant['edits'][number]): string {
  const pieces = code.split(from);
  if (pieces.length !== 2) throw new RangeError(`${file} holds "${from}" ${pieces.length - 1} times, it must be once`);
  return pieces.join(to);
}
