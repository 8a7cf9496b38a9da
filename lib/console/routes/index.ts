import type { Route } from '../route.ts';
import { operationRoutes } from './operations.ts';
import { overviewRoutes } from './overview.ts';
import { sessionRoutes } from './session.ts';

/** All routes below `/api/`. */
export const ROUTES: readonly Route[] = [...sessionRoutes, ...overviewRoutes, ...operationRoutes];
