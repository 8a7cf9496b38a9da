import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { STSClient } from '@aws-sdk/client-sts';
import { JobDefinitionError } from '../lib/contract/errors.ts';
import { buildApp, settingsOf } from '../lib/infra/app.ts';
import { refuseWeaker } from './guard.ts';

try {
  // Imported inside the try block: a wrong definition throws while its module loads.
  const [{ catalogue }, { stages }] = await Promise.all([import('./catalogue.ts'), import('./stages.ts')]);
  const app = buildApp({ ...(await catalogue()), stages });
  await refuseWeaker(settingsOf(app), {
    account: process.env.CDK_DEFAULT_ACCOUNT,
    connect(region = process.env.CDK_DEFAULT_REGION) {
      const config = { maxAttempts: 2, ...(region !== undefined && { region }) };
      return { cloudFormation: new CloudFormationClient(config), sts: new STSClient(config) };
    },
    warn: (line) => void process.stderr.write(`${line}\n`),
  });
} catch (error) {
  // A mistake in a definition or a setting: the message alone, without a stack.
  if (!(error instanceof JobDefinitionError || error instanceof RangeError)) throw error;
  // The app is not synthesised: that is done when the process is about to end by itself.
  process.stderr.write(`${error.name}: ${error.message}\n`, () => process.exit(1));
}
