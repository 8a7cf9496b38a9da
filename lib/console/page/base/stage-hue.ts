/** The colour of a stage: always the same for a name, the same in bar and favicon. Pure. */

/** Twelve hues, 30° apart: neighbours can be told apart. */
const HUES = 12;
/** Chosen so that the names that most stages have differ: dev is blue, staging purple, prod orange, test, local, qa, demo others. */
const SEED = 36_683;

/** Degrees of the hue (OKLCH) of a stage's name: FNV-1a of its characters, mixed once more, since names are short. */
export function stageHue(stage: string): number {
  let hash = SEED;
  for (const char of stage) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x85ebca6b) >>> 0;
  hash ^= hash >>> 13;
  return ((hash >>> 0) % HUES) * (360 / HUES);
}
