/** Dead jobs as they are read: the list grows while it is looked at, and reading can be stopped. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DeadPage, DeadQuery, Trouble } from '../../api.ts';
import { addressOf, type Params } from '../base/api-client.ts';
import { api } from '../base/client.ts';
import { isAbort, troubleOf } from '../base/trouble.ts';
import { addPage, type DeadList, emptyList } from './dead-list.ts';
import { type DeadFilters, queryOf } from './filters.ts';

/** The list is drawn so often while it grows. */
const DRAW_MS = 200;

export interface ReadDead {
  readonly list: DeadList;
  /** Another value each time that the list has grown. */
  readonly version: number;
  /** Undefined: nothing was read yet. */
  readonly asOfMs: number | undefined;
  readonly isReading: boolean;
  readonly trouble: Trouble | undefined;
  /** What was asked: "the last hour" is counted from when reading began. */
  readonly query: DeadQuery;
  stop(): void;
  reload(): void;
}

interface State {
  readonly version: number;
  readonly asOfMs?: number;
  readonly isReading: boolean;
  readonly trouble?: Trouble;
}

export function useDeadList(filters: DeadFilters): ReadDead {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<State>({ version: 0, isReading: true });
  const list = useRef(emptyList());
  const reading = useRef(new AbortController());
  /** Other filters start anew; the same ones keep the list that stands until a newer one begins. */
  const readAddress = useRef<string>(undefined);
  const address = addressOf('dead', { ...filters });
  const query = useMemo(() => queryOf(filters, Date.now()), [address, round]);

  useEffect(() => {
    const aborted = new AbortController();
    reading.current = aborted;
    setState((last) =>
      readAddress.current === address ? { ...last, isReading: true } : { version: 0, isReading: true },
    );
    readAddress.current = address;
    void readAll({ ...query }, aborted.signal, (next, rest) => {
      // Another object each time: a component whose values are the same ones is not drawn again.
      list.current = { ...next };
      setState((last) => ({ ...rest, version: last.version + 1 }));
    });
    return () => aborted.abort();
  }, [address, round]);

  return {
    ...{ list: list.current, version: state.version, asOfMs: state.asOfMs, isReading: state.isReading },
    ...{ trouble: state.trouble, query },
    stop: () => {
      reading.current.abort();
      setState((last) => ({ ...last, isReading: false }));
    },
    reload: () => setRound((last) => last + 1),
  };
}

type Draw = (list: DeadList, state: Omit<State, 'version'>) => void;

/** Reads to the end. The list before stays until the first page is there. */
async function readAll(params: Params, signal: AbortSignal, draw: Draw): Promise<void> {
  const list = emptyList();
  let drawnMs = 0;
  try {
    for await (const page of api.lines<DeadPage>('dead', params, signal)) {
      if (signal.aborted) return;
      addPage(list, page);
      if (Date.now() - drawnMs < DRAW_MS) continue;
      drawnMs = Date.now();
      draw(list, { isReading: true, asOfMs: drawnMs });
    }
    draw(list, { isReading: false, asOfMs: Date.now() });
  } catch (error) {
    if (isAbort(error) || signal.aborted) return;
    draw(list, { isReading: false, trouble: troubleOf(error), ...(drawnMs > 0 && { asOfMs: drawnMs }) });
  }
}
