import type { PageName, Route } from '../base/routes.ts';

export const PAGE_TITLES: Readonly<Record<PageName, string>> = {
  overview: 'Overview',
  type: 'Job type',
  dead: 'Dead',
  waiting: 'Waiting',
  job: 'Job',
  find: 'Find',
  flows: 'Flows',
  flow: 'Flow',
  operations: 'Operations',
  health: 'Health',
  send: 'Send',
};

/** The tab's title: the page first, since tabs are narrow, and always the stage. */
export function titleOf({ page, names }: Route, stage: string | undefined): string {
  const name = page === 'missing' ? 'No such page' : PAGE_TITLES[page];
  const words = [names.at(-1) ?? name, stage, 'Sluice'];
  return words.filter((word) => word !== undefined).join(' · ');
}
