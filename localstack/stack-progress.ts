const STARTED = /^(\S+): deploying\.\.\. \[\d+\/\d+\]$/;
/** `✅  sluice-dev-core` or `✅  sluice-dev-core (no changes)`; `❌  sluice-dev-core failed: …`. */
const ENDED = /^\s*(✅|❌)\s+(\S+)(?: \((no changes)\))?/u;

/**
 * Makes of the CDK's output a line for each stack, when it is deployed: `sluice-dev-core  14 s`.
 *
 * @param nowMs the clock
 * @returns what takes each line of output
 */
export function stackProgress(log: (line: string) => void, nowMs: () => number = Date.now): (line: string) => void {
  const startedMs = new Map<string, number>();
  return (line) => {
    const [, started] = STARTED.exec(line) ?? [];
    if (started !== undefined) startedMs.set(started, nowMs());
    const [, mark, stack, unchanged] = ENDED.exec(line) ?? [];
    if (stack === undefined) return;
    const seconds = Math.round((nowMs() - (startedMs.get(stack) ?? nowMs())) / 1000);
    log(`${stack.replace(/:$/, '')}  ${mark === '❌' ? 'failed' : (unchanged ?? `${seconds} s`)}`);
  };
}
