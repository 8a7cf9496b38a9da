import { useEffect, useState } from 'preact/hooks';
import type { Finding, Trouble } from '../../api.ts';
import { api } from '../base/client.ts';
import { isAbort, troubleOf } from '../base/trouble.ts';

export interface UsedFindings {
  readonly findings: readonly Finding[];
  readonly isOver: boolean;
  readonly endedAtMs: number | undefined;
  readonly trouble: Trouble | undefined;
  /** Looks anew, though the last look is younger than a minute. */
  readonly lookAgain: () => void;
}

interface Look {
  readonly number: number;
  readonly isFresh: boolean;
}

/** Reads the findings as they come. Those of a look before stay until the next look's first one. */
export function useFindings(): UsedFindings {
  const [look, setLook] = useState<Look>({ number: 0, isFresh: false });
  const [findings, setFindings] = useState<readonly Finding[]>([]);
  const [endedAtMs, setEndedAtMs] = useState<number>();
  const [trouble, setTrouble] = useState<Trouble>();
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const left = new AbortController();
    const read = async () => {
      const found: Finding[] = [];
      for await (const finding of api.lines<Finding>('health', { fresh: look.isFresh }, left.signal)) {
        found.push(finding);
        setFindings([...found]);
      }
      setEndedAtMs(Date.now());
    };
    setOver(false);
    setTrouble(undefined);
    read()
      .catch((error: unknown) => {
        if (!isAbort(error)) setTrouble(troubleOf(error));
      })
      .finally(() => {
        if (!left.signal.aborted) setOver(true);
      });
    return () => left.abort();
  }, [look]);
  return {
    findings,
    isOver,
    endedAtMs,
    trouble,
    lookAgain: () => setLook(({ number }) => ({ number: number + 1, isFresh: true })),
  };
}
