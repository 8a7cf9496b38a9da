import { JobDefinitionError } from '../lib/contract/errors.ts';
import { guardedApp } from '../lib/infra/guarded-app.ts';

try {
  // Imported inside the try block: a wrong definition throws while its module loads.
  const [{ catalogue }, { stages }] = await Promise.all([import('./catalogue.ts'), import('./stages.ts')]);
  await guardedApp({ ...(await catalogue()), stages });
} catch (error) {
  // A mistake in a definition or a setting: the message alone, without a stack.
  if (!(error instanceof JobDefinitionError || error instanceof RangeError)) throw error;
  // The app is not synthesised: that is done when the process is about to end by itself.
  process.stderr.write(`${error.name}: ${error.message}\n`, () => process.exit(1));
}
