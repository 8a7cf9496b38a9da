import { parseArgs } from 'node:util';
import { EmulatorError, messageOf } from './errors.ts';
import { keepUp, messagesOf } from './keep-up.ts';

const USAGE = 'npm run local -- [--stage=dev] [--emulator=localstack|localstack-host|embedded] [--no-console]';

try {
  await keepUp(options());
} catch (error) {
  process.stdout.write(`✗ ${messagesOf(error).join('\n  ')}\n`);
  process.exitCode = 1;
}

function options() {
  try {
    const { values } = parseArgs({
      options: { stage: { type: 'string' }, emulator: { type: 'string' }, 'no-console': { type: 'boolean' } },
    });
    return { stage: values.stage ?? 'dev', emulator: values.emulator, console: values['no-console'] !== true };
  } catch (error) {
    throw new EmulatorError(`${messageOf(error)}\nUsage: ${USAGE}`, { cause: error });
  }
}
