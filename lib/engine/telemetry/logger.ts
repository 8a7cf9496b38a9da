import { Logger } from '@aws-lambda-powertools/logger';
import { quietly } from '../../contract/thrown.ts';
import { isSwitchedOn } from '../environment.ts';
import { writeLine, writeWaiting } from './lines.ts';
import { LineFormat } from './log-format.ts';
import { plainLine } from './plain-line.ts';

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

  protected override printLog(...line: Parameters<Logger['printLog']>): void {
    writeWaiting();
    super.printLog(...line);
  }
}

/** Levels at which a line of level INFO is written. */
const WITH_INFO = ['TRACE', 'DEBUG', 'INFO'];

/**
 * The engine's own. Nothing is added to all of its lines, and nobody changes its level: a line of level INFO, of which each job
 * has two, is therefore written without Powertools' work on it. Warnings and errors are written at once, by Powertools.
 */
class EngineLogger extends QuietLogger {
  readonly #service: string;
  readonly #isPlain: boolean;

  constructor(serviceName: string) {
    super({ serviceName, logFormatter: new LineFormat() });
    this.#service = serviceName;
    // Powertools' development mode has lines of another form.
    this.#isPlain = WITH_INFO.includes(this.getLevelName()) && !isSwitchedOn(process.env.POWERTOOLS_DEV);
  }

  override info(...[message, ...extra]: Parameters<Logger['info']>): void {
    const [fields, ...more] = extra;
    const line =
      this.#isPlain && typeof message === 'string' && typeof fields === 'object' && more.length === 0
        ? quietly(() => plainLine({ level: 'INFO', message, service: this.#service, fields }))
        : undefined;
    if (line === undefined) super.info(message, ...extra);
    else writeLine(line);
  }
}

export const makeLogger = (serviceName: string): Logger => new EngineLogger(serviceName);
