import { Logger } from '@aws-lambda-powertools/logger';
import { quietly } from '../../contract/thrown.ts';
import { LineFormat } from './log-format.ts';

type Line = Parameters<Logger['processLogItem']>;

/** Powertools' logger, with our form of a line. It never throws, nor do its children, which handlers log by. */
class QuietLogger extends Logger {
  protected override createLogger(options?: ConstructorParameters<typeof Logger>[0]): Logger {
    return new QuietLogger(options);
  }

  protected override processLogItem(...[level, input, extra]: Line): void {
    try {
      super.processLogItem(level, input, extra);
    } catch {
      // A field cannot be read. The line says so, without its fields.
      quietly(() => super.processLogItem(level, typeof input === 'string' ? input : '', [{ unreadable: true }]));
    }
  }
}

export const makeLogger = (serviceName: string): Logger =>
  new QuietLogger({ serviceName, logFormatter: new LineFormat() });
