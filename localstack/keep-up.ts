import { checkedEmulatorKind } from './emulator.ts';
import { localProject } from './local-project.ts';
import { runLocal } from './run-local.ts';

export { messagesOf } from './errors.ts';

/**
 * `npm run local` and `npx sluice local`.
 *
 * @throws EmulatorError that says what is wrong and what to do
 */
export async function keepUp({
  stage,
  emulator,
}: {
  readonly stage: string;
  readonly emulator: string | undefined;
}): Promise<void> {
  await runLocal(localProject(), { stage, emulator: checkedEmulatorKind(emulator) });
}
