import { fileURLToPath } from 'node:url';
import { type ConsoleOptions, type RunningConsole, startConsole } from '../../../lib/console/index.ts';
import type { Stage } from '../../../lib/operator/index.ts';

type RequestLog = Parameters<NonNullable<ConsoleOptions['onRequest']>>[0];

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/sluice-tests', import.meta.url));

/** A console that runs in the test's own process. */
export interface TestConsole extends RunningConsole {
  readonly url: string;
  /** What it logged. */
  readonly logged: readonly RequestLog[];
}

/** Starts a console on a stage. The page's bundle is kept between starts. */
export async function consoleOn(
  options: Pick<ConsoleOptions, 'stage' | 'definitions'> & Partial<Omit<ConsoleOptions, 'sqs'>>,
): Promise<TestConsole> {
  const logged: RequestLog[] = [];
  const running = await startConsole({
    where: { stage: options.stage.name },
    // It is what the producer sends through, too.
    sqs: options.stage.aws.sqs as unknown as NonNullable<ConsoleOptions['sqs']>,
    ...{ cacheFolder: CACHE, saveFolder: CACHE, onRequest: (request: RequestLog) => void logged.push(request) },
    ...options,
  });
  return { ...running, url: `http://127.0.0.1:${running.port}`, logged };
}

/** A stage whose AWS is not there: for pages whose answers are canned. */
export function noStage(): Stage {
  const send = () => Promise.reject(new Error('AWS was asked, though all answers are canned'));
  const client = { send };
  return {
    name: 'shop-prod',
    aws: {
      ...{ dynamoDb: client, sqs: client, lambda: client, logs: client },
      ...{ cloudWatch: client, cloudFormation: client, eventBridge: client },
    },
  };
}

/** A new link of a console, to one of its pages. */
export function linkTo({ newLink }: Pick<TestConsole, 'newLink'>, path: string): string {
  const link = new URL(newLink());
  return new URL(`${path}${link.hash}`, link).href;
}
