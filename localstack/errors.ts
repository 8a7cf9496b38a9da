/** AWS could not be started or used on this machine. The message says what was wrong and what to do. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError';
}

/** The message of anything thrown, for use inside another message. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
