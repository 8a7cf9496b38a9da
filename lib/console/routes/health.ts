import * as z from 'zod';
import { doctor, type Finding } from '../../operator/index.ts';
import { checked } from '../checked.ts';
import type { Desk } from '../desk.ts';
import type { Route } from '../route.ts';

const QUERY = z.strictObject({ fresh: z.literal('1').optional() });
const KEPT_MS = 60_000;

/** One look at a stage, for all who ask while it goes on and a minute after. */
interface Look {
  readonly startedMs: number;
  readonly findings: Finding[];
  isOver: boolean;
  failure?: unknown;
  /** Resolves when there is something new. */
  news: Promise<void>;
}

const looks = new WeakMap<Desk, Look>();

function begin(desk: Desk): Look {
  let wake = () => {};
  const look: Look = { startedMs: desk.now(), findings: [], isOver: false, news: Promise.resolve() };
  const arm = () => {
    look.news = new Promise((resolve) => {
      wake = resolve;
    });
  };
  const tell = () => {
    const before = wake;
    arm();
    before();
  };
  arm();
  const onFindings = (findings: readonly Finding[]) => {
    look.findings.push(...findings);
    tell();
  };
  const end = (failure?: unknown) => {
    look.isOver = true;
    look.failure = failure;
    tell();
  };
  doctor(desk.stage, { definitions: desk.options.definitions, onFindings }).then(() => end(), end);
  return look;
}

/** The findings as they come. */
async function* findings(desk: Desk, isFresh: boolean): AsyncGenerator<Finding> {
  const known = looks.get(desk);
  const isGood = known !== undefined && known.failure === undefined && desk.now() - known.startedMs < KEPT_MS;
  const look = isGood && !(isFresh && known.isOver) ? known : begin(desk);
  looks.set(desk, look);
  for (let at = 0; ; at++) {
    while (at >= look.findings.length && !look.isOver) await look.news;
    const finding = look.findings[at];
    if (finding === undefined) break;
    yield finding;
  }
  if (look.failure !== undefined) throw look.failure;
}

export const healthRoutes: readonly Route[] = [
  {
    ...{ method: 'GET', path: '/api/health' },
    answer: ({ desk, query }) => findings(desk, checked(QUERY, query).fresh !== undefined),
  },
];
