import { JobDefinitionError } from '../lib/contract/errors.ts';
import { buildApp } from '../lib/infra/app.ts';

try {
  // Imported here: a wrong definition is found while its module loads.
  const { catalogue } = await import('./catalogue.ts');
  buildApp(await catalogue());
} catch (error) {
  // What was written wrong, without the stack of whoever found it.
  if (!(error instanceof JobDefinitionError || error instanceof RangeError)) throw error;
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exitCode = 1;
}
