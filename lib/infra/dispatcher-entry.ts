import { fileURLToPath } from 'node:url';

/** A path instead of an import: lib/infra never loads the runtime. It has this file's ending, compiled or not. */
export function ownDispatcher(): string {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../functions/dispatcher/handler.${ending}`, import.meta.url));
}
