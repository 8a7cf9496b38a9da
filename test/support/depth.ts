import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether all is tried that there is to try (`npm run test:deep`), or a part of it (`npm test`). */
    readonly deep: boolean;
  }
}

/** What is to be tried of all there is: everything in depth, else what `part` picks. */
export const inDepth = <All, Part>(all: All, part: Part): All | Part => (inject('deep') ? all : part);
