import { checkedEmulatorKind } from './emulator.ts';
import { localProject } from './local-project.ts';
import { runLocal } from './run-local.ts';

export { messagesOf } from './errors.ts';

/**
 * `npm run local` and `npx sluice local`.
 *
 * @param isPackage  whether it is the package's, in a project, or a checkout's
 * @throws EmulatorError that says what is wrong and what to do
 */
export async function keepUp(
  isPackage: boolean,
  { stage, emulator }: { readonly stage: string; readonly emulator: string | undefined },
): Promise<void> {
  await runLocal(localProject(isPackage), { stage, emulator: checkedEmulatorKind(emulator) });
}
