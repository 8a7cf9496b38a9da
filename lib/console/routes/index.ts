import type { Route } from '../route.ts';
import { findRoutes } from './find.ts';
import { healthRoutes } from './health.ts';
import { jobRoutes } from './jobs.ts';
import { listRoutes } from './lists.ts';
import { operationRoutes } from './operations.ts';
import { overviewRoutes } from './overview.ts';
import { sessionRoutes } from './session.ts';
import { typeRoutes } from './type.ts';

/** All routes below `/api/`. */
export const ROUTES: readonly Route[] = [
  ...[...sessionRoutes, ...overviewRoutes, ...typeRoutes, ...listRoutes, ...jobRoutes],
  ...[...findRoutes, ...operationRoutes, ...healthRoutes],
];
