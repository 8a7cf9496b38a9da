import { checkedEmulatorKind } from './emulator.ts';
import { localProject } from './local-project.ts';
import { type LocalOptions, runLocal } from './run-local.ts';

export { messagesOf } from './errors.ts';

/** As they were typed. */
type KeepUpOptions = Omit<LocalOptions, 'emulator'> & { readonly emulator: string | undefined };

/**
 * `npm run local` and `npx sluice local`.
 *
 * @throws EmulatorError that says what is wrong and what to do
 */
export async function keepUp({ emulator, ...options }: KeepUpOptions): Promise<void> {
  await runLocal(localProject(), { ...options, emulator: checkedEmulatorKind(emulator) });
}
