import { afterAll, afterEach, expect, vi } from 'vitest';
import { holdRequestsToModels, refusedRequests } from './requests.ts';

// Node has opened it by now. The processes that a test starts have none: what they load from temporary folders would fill it.
delete process.env.NODE_COMPILE_CACHE;

// The next file may run in the same process.
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

// Every request that a test's code sends to the in-memory AWS is one that AWS takes.
holdRequestsToModels();
afterEach(() => {
  expect(refusedRequests(), 'requests that AWS would refuse (test/fidelity/models)').toEqual([]);
});
