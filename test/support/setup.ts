import { afterAll, vi } from 'vitest';

// Node has opened it by now. The processes that a test starts have none: what they load from temporary folders would fill it.
delete process.env.NODE_COMPILE_CACHE;

// The next file may run in the same process.
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
