/** AWS could not be started or used on this machine. The message says what was wrong and what to do. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError';
}

/** The message of anything thrown and those of its causes, a line each: without them nobody knows what to do. */
export function messagesOf(thrown: unknown): string[] {
  const said: string[] = [];
  for (let one = thrown; one !== undefined && said.length < 5; one = one instanceof Error ? one.cause : undefined) {
    // Some messages quote that of their cause.
    if (!said.some((message) => message.includes(messageOf(one)))) said.push(messageOf(one));
  }
  return said;
}

/** The message of anything thrown, for use inside another message. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
