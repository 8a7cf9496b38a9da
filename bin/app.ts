import { JobDefinitionError } from '../lib/contract/errors.ts';
import { buildApp, settingsOf } from '../lib/infra/app.ts';

try {
  // Imported inside the try block: a wrong definition throws while its module loads.
  const [{ catalogue }, { stages }] = await Promise.all([import('./catalogue.ts'), import('./stages.ts')]);
  const settings = settingsOf(buildApp({ ...(await catalogue()), stages }));
  const { CDK_DEFAULT_ACCOUNT: account } = process.env;
  if (account !== undefined && !settings.emulated) {
    // Imported only here: the clients take longer to load than a small app to build.
    const { connect, refuseWeaker } = await import('./guard.ts');
    await refuseWeaker(settings, { account, connect, warn: (line) => void process.stderr.write(`${line}\n`) });
  }
} catch (error) {
  // A mistake in a definition or a setting: the message alone, without a stack.
  if (!(error instanceof JobDefinitionError || error instanceof RangeError)) throw error;
  // The app is not synthesised: that is done when the process is about to end by itself.
  process.stderr.write(`${error.name}: ${error.message}\n`, () => process.exit(1));
}
