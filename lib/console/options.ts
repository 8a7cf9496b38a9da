import type { JobDefinition } from '../contract/definition/job-definition.ts';
import type { MapOf, SendDeps, Stage, Whereabouts } from '../operator/index.ts';

/** What the console shows, and how. */
export interface ConsoleOptions {
  readonly stage: Stage;
  /** What jobs are sent through. @default none can be sent */
  readonly sqs?: SendDeps['sqs'];
  /** Makes new clients once the credentials have expired. @default the first ones stay */
  readonly connect?: () => { readonly aws: Stage['aws']; readonly sqs: SendDeps['sqs'] };
  readonly definitions: readonly JobDefinition[];
  /** For errors, and for what the page says of where it is. */
  readonly where: Whereabouts;
  /** @default a free one */
  readonly port?: number;
  /** The routes that change something do not exist. @default false */
  readonly readOnly?: boolean;
  /** False: no body, payload or result leaves the server. @default true */
  readonly payloads?: boolean;
  /** The source maps of what is deployed, for the places of errors. @default those that the functions carry */
  readonly mapOf?: MapOf;
  /** Where the page's bundle is kept. @default it is made at each start */
  readonly cacheFolder?: string;
  /** Where files are written before something is deleted or corrected. @default the working directory */
  readonly saveFolder?: string;
  /** Called once for each request. */
  readonly onRequest?: (request: RequestLog) => void;
}

/** What is logged of a request: never an id, a query or a body. */
export interface RequestLog {
  readonly method: string;
  /** The route's pattern, as `/api/job`. */
  readonly route: string;
  readonly status: number;
}

/** A console that runs. */
export interface RunningConsole {
  readonly port: number;
  /** Opens the page once, within a minute. */
  readonly link: string;
  /** Another link, for another browser. */
  readonly newLink: () => string;
  /**
   * Stops it. Operations end after the batch at hand.
   *
   * @returns for each operation that did not end by itself: the command that continues it
   */
  readonly stop: () => Promise<readonly string[]>;
}
