const STARTED = /^(\S+): deploying\.\.\. \[\d+\/\d+\]$/;
/** `✅  sluice-dev-core` or `✅  sluice-dev-core (no changes)`; `❌  sluice-dev-core failed: …`. */
const ENDED = /^\s*(✅|❌)\s+(\S+)(?: \((no changes)\))?/u;

/** All functions are bundled and loaded by then. A deploy of what was synthesised before says it too, with no time. */
export const SYNTHESISED = /Synthesis time: ([\d.]+)s/;

/**
 * Makes of the CDK's output a line for the synth, and one for each stack when it is deployed: `sluice-dev-core  14 s`.
 *
 * @param nowMs the clock
 * @returns what takes each line of output
 */
export function stackProgress(log: (line: string) => void, nowMs: () => number = Date.now): (line: string) => void {
  const startedMs = new Map<string, number>();
  return (line) => {
    const [, started] = STARTED.exec(line) ?? [];
    if (started !== undefined) startedMs.set(started, nowMs());
    const [, synthesised] = SYNTHESISED.exec(line) ?? [];
    if (synthesised !== undefined) log(`synthesised  ${Math.round(Number(synthesised))} s`);
    const [, mark, stack, unchanged] = ENDED.exec(line) ?? [];
    if (stack === undefined) return;
    const seconds = Math.round((nowMs() - (startedMs.get(stack) ?? nowMs())) / 1000);
    log(`${stack.replace(/:$/, '')}  ${mark === '❌' ? 'failed' : (unchanged ?? `${seconds} s`)}`);
  };
}
