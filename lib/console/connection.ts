import type { SendDeps, Stage } from '../operator/index.ts';
import type { Trouble } from './api.ts';
import { DENIED_MS } from './feed.ts';
import type { ConsoleOptions } from './options.ts';
import { troubleOf } from './trouble.ts';

/** The stage through the clients of the moment, and what was learnt of them. */
export interface Connection {
  readonly stage: Stage;
  readonly send: SendDeps;
  /**
   * What a page says of an error. Expired credentials have the next call made by new clients; a right that is missing is remembered
   * for some minutes.
   */
  readonly troubleOf: (error: unknown) => Trouble;
  /** What was said when the action was refused last; undefined if it was not, or is to be tried again. */
  readonly deniedOf: (action: string) => Trouble | undefined;
}

/** Clients are made anew at most so often. */
const RECONNECT_MS = 5_000;

const NO_SENDER: SendDeps['sqs'] = {
  send: (): Promise<never> => Promise.reject(new TypeError('this console was started without what sends jobs')),
};

export function makeConnection(options: ConsoleOptions, now: () => number): Connection {
  const { connect } = options;
  let { aws, sqs }: { aws: Stage['aws']; sqs: SendDeps['sqs'] } = {
    ...{ aws: options.stage.aws, sqs: options.sqs ?? NO_SENDER },
  };
  let connectedMs = Number.NEGATIVE_INFINITY;
  const denied = new Map<string, { readonly trouble: Trouble; readonly untilMs: number }>();
  const stage: Stage = {
    ...options.stage,
    get aws() {
      return aws;
    },
  };
  const renew = () => {
    if (connect === undefined || now() - connectedMs < RECONNECT_MS) return;
    ({ aws, sqs } = connect());
    connectedMs = now();
    denied.clear();
  };
  return {
    stage,
    send: {
      stage,
      get sqs() {
        return sqs;
      },
    },
    troubleOf: (error) => {
      const trouble = troubleOf(error, options.where);
      if (trouble.kind === 'expired') renew();
      if (trouble.action !== undefined) denied.set(trouble.action, { trouble, untilMs: now() + DENIED_MS });
      return trouble;
    },
    deniedOf: (action) => {
      const { trouble, untilMs = 0 } = denied.get(action) ?? {};
      return now() < untilMs ? trouble : undefined;
    },
  };
}
