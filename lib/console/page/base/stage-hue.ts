/** The colour of a stage: always the same for a name, the same in bar and favicon. Pure. */

/** Twelve hues, 30° apart: neighbours can be told apart. */
const HUES = 12;

/** Degrees of the hue (OKLCH) of a stage's name: FNV-1a of its characters. */
export function stageHue(stage: string): number {
  let hash = 0x811c9dc5;
  for (const char of stage) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return (hash % HUES) * (360 / HUES);
}
