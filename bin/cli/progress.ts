import type { Host } from './host.ts';

/** Shows how much is done: a bar on a terminal, nothing elsewhere. */
export interface Progress {
  readonly update: (done: number) => void;
  readonly end: () => void;
}

const WIDTH = 30;
/** Redrawing more often would only cost time. */
const EVERY_MS = 100;

interface ProgressOptions {
  readonly host: Pick<Host, 'stderr'>;
  readonly print: { readonly json: boolean };
}

/** @param total  what `done` counts up to; undefined if it is not known */
export function makeProgress(
  what: string,
  total: number | undefined,
  { host: { stderr: stream }, print: { json } }: ProgressOptions,
): Progress {
  if (json || stream.isTTY !== true) return { update: () => undefined, end: () => undefined };
  const startedAtMs = Date.now();
  let lastMs = 0;
  let last = '';
  const draw = (done: number) => {
    const perSecond = Math.round(done / Math.max((Date.now() - startedAtMs) / 1000, 0.001));
    const part = total === undefined || total === 0 ? '' : `${bar(Math.min(done / total, 1))} `;
    const of = total === undefined ? '' : `/${Math.max(total, done)}`;
    last = `${part}${done}${of} ${what}, ${perSecond}/s`;
    stream.write(`\r\u001b[K${last}`);
  };
  return {
    update(done) {
      if (Date.now() - lastMs < EVERY_MS) return;
      lastMs = Date.now();
      draw(done);
    },
    end() {
      if (last !== '') stream.write('\r\u001b[K');
    },
  };
}

const bar = (part: number) => `[${'█'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '░')}]`;
