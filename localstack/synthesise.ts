import { rm } from 'node:fs/promises';
import { type AppOptions, appArgs, cdk, outputFolder } from './cdk.ts';
import { type ChosenEmulator, PLACE } from './emulator.ts';
import { ROOT } from './places.ts';

/** A synth that is under way. */
export interface Synthesis {
  /**
   * Its folder; undefined if it did not succeed, as without an emulator that answers a look-up. The deploy then synthesises
   * as it would have, and says what is wrong.
   */
  readonly output: Promise<string | undefined>;
  /** Stops it, and deletes its folder. */
  readonly end: () => Promise<void>;
}

/** Synthesises a stage's stacks while their emulator starts. */
export function synthesise(
  emulator: Pick<ChosenEmulator, 'kind'>,
  options: AppOptions,
  log: (line: string) => void = () => undefined,
): Synthesis {
  const ending = new AbortController();
  const run = async () => {
    const startedMs = Date.now();
    const folder = await outputFolder(options, `ahead-${process.pid}`);
    await cdk({
      args: ['synth', '--quiet', ...(await appArgs(emulator, options, folder))],
      cwd: options.app ?? ROOT,
      name: emulator.kind,
      // Without credentials: the CDK would ask the emulator whose they are, which may not be up yet.
      env: { ...PLACE, AWS_EC2_METADATA_DISABLED: 'true' },
      signal: ending.signal,
    });
    log(`synthesised  ${Math.round((Date.now() - startedMs) / 1000)} s`);
    return folder;
  };
  const output = run().catch(() => undefined);
  const end = async () => {
    ending.abort();
    await output;
    await rm(await outputFolder(options, `ahead-${process.pid}`), { recursive: true, force: true });
  };
  return { output, end };
}
