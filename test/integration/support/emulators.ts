import { describe, inject } from 'vitest';
import type { EmulatorKind } from '../../../localstack/emulator.ts';

/** `describe` on this emulator; on others its tests are skipped, and it is said why. */
export function describeOn(kind: EmulatorKind, why: string): ReturnType<typeof describe.skipIf> {
  const isOther = inject('emulator') !== kind;
  if (isOther) console.log(`  skipped on ${inject('emulator')}: ${why}`);
  return describe.skipIf(isOther);
}
