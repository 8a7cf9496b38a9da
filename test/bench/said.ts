import type { ChildProcess } from 'node:child_process';

/**
 * The next message of a process.
 *
 * @throws Error if it ends instead
 */
export function said(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      child.off('exit', onExit);
      resolve(message);
    };
    const onExit = (code: number | null, signal: string | null) => {
      child.off('message', onMessage);
      reject(new Error(`a process of the bench ended by itself (${code ?? signal})`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}
