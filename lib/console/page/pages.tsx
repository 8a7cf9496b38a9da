/** Which component draws which page. Each reads its names and filters from `route`. */
import type { ComponentType } from 'preact';
import type { PageName } from './base/routes.ts';
import { DeadPage } from './dead/dead-page.tsx';
import { FindPage } from './find/find-page.tsx';
import { FlowPage } from './flow/flow-page.tsx';
import { FlowsPage } from './flows/flows-page.tsx';
import { HealthPage } from './health/health-page.tsx';
import { JobPage } from './job/job-page.tsx';
import { OperationsPage } from './operations/operations-page.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { SendPage } from './send/send-page.tsx';
import { TypePage } from './type/type-page.tsx';
import { WaitingPage } from './waiting/waiting-page.tsx';

export const PAGE_VIEWS: Readonly<Partial<Record<PageName, ComponentType>>> = {
  overview: OverviewPage,
  type: TypePage,
  dead: DeadPage,
  waiting: WaitingPage,
  job: JobPage,
  find: FindPage,
  flows: FlowsPage,
  flow: FlowPage,
  send: SendPage,
  operations: OperationsPage,
  health: HealthPage,
};
