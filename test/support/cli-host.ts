/**
 * Runs the command again and again in one process, which loads its modules once: `process.send` brings what a process of
 * its own would be started with, and gets what it printed and how it ended. See `hostSluice`.
 */
export interface HostedRun {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

const COMMAND = new URL('../../bin/sluice.ts', import.meta.url).href;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

let runs = 0;

async function run({ args, env, cwd }: HostedRun) {
  const printed = { stdout: '', stderr: '' };
  const kept = { argv: process.argv, env: process.env, stdout: process.stdout.write, stderr: process.stderr.write };
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = (text: string | Uint8Array) => {
      printed[stream] += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    };
  }
  process.argv = [process.execPath, COMMAND, ...args];
  process.env = { ...env };
  process.chdir(cwd);
  process.exitCode = undefined;
  try {
    // The module is the command: another query is another module, and the ones it imports stay.
    await import(`${COMMAND}?run=${++runs}`);
    return { ...printed, code: process.exitCode ?? 0 };
  } finally {
    Object.assign(process, { argv: kept.argv, env: kept.env, exitCode: undefined });
    process.stdout.write = kept.stdout;
    process.stderr.write = kept.stderr;
    process.stdout.removeAllListeners('error');
    for (const signal of SIGNALS) process.removeAllListeners(signal);
  }
}

process.on('message', async (asked: HostedRun) => {
  process.send?.(await run(asked).catch((error: unknown) => ({ stdout: '', stderr: String(error), code: -1 })));
});
