import type { App } from 'aws-cdk-lib';
import { type AppSource, buildApp, settingsOf } from './app.ts';

/**
 * Builds the CDK app as {@link buildApp} does, and looks at what is deployed of its stage: a deploy that would weaken it (encryption
 * off, an alarm address gone, disposable) is refused, unless `-c weaken=` says the stage's name. Without credentials, and for an
 * emulator, nothing is looked at.
 *
 * @throws RangeError that says what would be weakened, or why a stage of `stages` could not be looked at; what `buildApp` throws
 */
export async function guardedApp(source: AppSource): Promise<App> {
  const app = buildApp(source);
  const settings = settingsOf(app);
  const { CDK_DEFAULT_ACCOUNT: account } = process.env;
  if (account === undefined || settings.emulated) return app;
  // Imported only here: the clients take longer to load than a small app to build.
  const { connect, refuseWeaker } = await import('./guard.ts');
  await refuseWeaker(settings, { account, connect, warn: (line) => void process.stderr.write(`${line}\n`) });
  return app;
}
