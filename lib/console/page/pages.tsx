/** Which component draws which page. Each reads its names and filters from `route`. */
import type { ComponentType } from 'preact';
import type { PageName } from './base/routes.ts';
import { HealthPage } from './health/health-page.tsx';
import { OperationsPage } from './operations/operations-page.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { TypePage } from './type/type-page.tsx';

export const PAGE_VIEWS: Readonly<Partial<Record<PageName, ComponentType>>> = {
  overview: OverviewPage,
  type: TypePage,
  operations: OperationsPage,
  health: HealthPage,
};
