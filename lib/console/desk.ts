import { keepsData } from '../operator/index.ts';
import { type Connection, makeConnection } from './connection.ts';
import { type Feeds, makeFeeds } from './feeds.ts';
import type { ConsoleOptions } from './options.ts';

/** What all routes work with: the stage, and what all tabs share. */
export interface Desk extends Connection {
  readonly options: ConsoleOptions;
  readonly now: () => number;
  readonly feeds: Feeds;
  /** Whether the stage's stacks keep their data. What cannot be read counts as true. */
  readonly keepsData: () => Promise<boolean>;
}

/** It changes by a deploy of core. */
const KEEPS_MS = 5 * 60_000;

export function makeDesk(options: ConsoleOptions): Desk {
  const now = options.stage.now ?? Date.now;
  const connection = makeConnection(options, now);
  const { stage, troubleOf } = connection;
  const feeds = makeFeeds(stage, { now, troubleOf });
  const keeps = feeds.one('keepsData', KEEPS_MS, () => keepsData(stage));
  return { ...connection, options, now, feeds, keepsData: async () => (await keeps.look()).data ?? true };
}
