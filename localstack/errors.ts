/** AWS could not be brought up on this machine, or not be used as asked: the message says what was wrong and the way out. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError';
}

/** The message of anything thrown, for use inside another message. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
