import { JobDefinitionError } from '../lib/contract/errors.ts';
import { buildApp } from '../lib/infra/app.ts';

try {
  // Imported inside the try block: a wrong definition throws while its module loads.
  const { catalogue } = await import('./catalogue.ts');
  buildApp(await catalogue());
} catch (error) {
  // A mistake in a definition or a setting: the message alone, without a stack.
  if (!(error instanceof JobDefinitionError || error instanceof RangeError)) throw error;
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exitCode = 1;
}
