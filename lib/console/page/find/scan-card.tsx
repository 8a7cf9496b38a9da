/** A look through the whole table, for what nothing else finds. It costs money, so its price comes first. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ScanPage, ScanPriceAnswer, Trouble } from '../../api.ts';
import { about } from '../base/about.ts';
import { api } from '../base/client.ts';
import { countText, plural, shortText } from '../base/format.ts';
import { isAbort, troubleOf } from '../base/trouble.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { TroubleNote } from '../parts/states.tsx';
import { type FoundJob, FoundJobs } from './found-jobs.tsx';

const STATUSES = ['SCHEDULED', 'INPROGRESS', 'RETRYING', 'COMPLETED', 'DEAD', 'CANCELLED', 'EXPIRED'];
const HOUR_MS = 3_600_000;
const AGES = [
  { olderMs: 0, label: 'any age' },
  { olderMs: HOUR_MS, label: 'older than an hour' },
  { olderMs: 24 * HOUR_MS, label: 'older than a day' },
  { olderMs: 168 * HOUR_MS, label: 'older than 7 days' },
];
/** So many jobs are kept on the page. */
const MOST = 10_000;

/** Cents, and parts of one: a small table costs less than a cent. */
export const dollarsText = (dollars: number): string =>
  dollars === 0 ? '$0' : dollars < 0.01 ? 'less than $0.01' : `$${dollars.toFixed(2)}`;

export function ScanCard() {
  const [price, setPrice] = useState<ScanPriceAnswer>();
  const [trouble, setTrouble] = useState<Trouble>();
  const ask = async (): Promise<void> => {
    setTrouble(undefined);
    try {
      setPrice(await api.get<ScanPriceAnswer>('scan/price'));
    } catch (error) {
      setTrouble(troubleOf(error));
    }
  };
  return (
    <section class="card" aria-labelledby="scan">
      <div class="card-line">
        <h2 id="scan">Look through the whole table</h2>
        {price === undefined && <Button onClick={() => void ask()}>What would it cost?</Button>}
      </div>
      <TroubleNote trouble={trouble} />
      {price === undefined ? (
        <p class="card-text muted">
          For what neither a key nor the logs find: jobs by status and age. It reads every item.
        </p>
      ) : (
        <Scan price={price} />
      )}
    </section>
  );
}

function Scan({ price }: { readonly price: ScanPriceAnswer }) {
  const [status, setStatus] = useState('');
  const [type, setType] = useState('');
  const [olderMs, setOlderMs] = useState(0);
  const scan = useScan();
  const start = (event: Event) => {
    event.preventDefault();
    // Twice the estimate: the table's count is some hours old.
    void scan.run({ status, type, olderMs, maxDollars: Math.max(0.01, price.dollars * 2) });
  };
  const types = (about.value?.types ?? []).map((one) => one.type);
  return (
    <>
      <form class="card-body query-foot" onSubmit={start}>
        <p class="scan-price">
          {plural(price.items, 'item')}, {shortText(price.megabytes)} MB: <strong>{dollarsText(price.dollars)}</strong>
        </p>
        <Choose label="Status" any="any status" values={STATUSES} value={status} onChange={setStatus} />
        <Choose label="Type" any="all types" values={types} value={type} onChange={setType} />
        <AgeField olderMs={olderMs} onOlderMs={setOlderMs} />
        {scan.isReading ? (
          <Button onClick={scan.stop}>Stop</Button>
        ) : (
          <Button kind="primary" isSubmit>
            Look for {dollarsText(price.dollars)}
          </Button>
        )}
      </form>
      <ScanAnswer scan={scan} />
    </>
  );
}

interface AgeFieldProps {
  readonly olderMs: number;
  readonly onOlderMs: (olderMs: number) => void;
}

const AgeField = ({ olderMs, onOlderMs }: AgeFieldProps) => (
  <Field label="Age">
    {(tied) => (
      <select {...tied} value={olderMs} onChange={(event) => onOlderMs(Number(event.currentTarget.value))}>
        {AGES.map((age) => (
          <option key={age.olderMs} value={age.olderMs}>
            {age.label}
          </option>
        ))}
      </select>
    )}
  </Field>
);

function ScanAnswer({ scan: { state, isReading } }: { readonly scan: ReturnType<typeof useScan> }) {
  if (state === undefined) return null;
  const { jobs, scanned, dollars, isStopped, trouble } = state;
  return (
    <>
      <p class="card-text muted" role="status">
        {plural(jobs.length, 'job')} found; {plural(scanned, 'item')} looked through
        {isReading ? ' so far' : ''}, {dollarsText(dollars)}
        {isStopped && ': it ended because its limit of cost was reached'}
        {jobs.length >= MOST && `; the first ${countText(MOST)} are shown`}.
      </p>
      <TroubleNote trouble={trouble} />
      {jobs.length > 0 && <FoundJobs caption="Jobs found in the table" jobs={jobs} />}
    </>
  );
}

interface ChooseProps {
  readonly label: string;
  readonly any: string;
  readonly values: readonly string[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const Choose = ({ label, any, values, value, onChange }: ChooseProps) => (
  <Field label={label}>
    {(tied) => (
      <select {...tied} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{any}</option>
        {values.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    )}
  </Field>
);

interface ScanState {
  readonly jobs: readonly FoundJob[];
  readonly scanned: number;
  readonly dollars: number;
  readonly isStopped: boolean;
  readonly trouble?: Trouble;
}
const NOTHING: ScanState = { jobs: [], scanned: 0, dollars: 0, isStopped: false };

interface ScanParams {
  readonly status: string;
  readonly type: string;
  readonly olderMs: number;
  readonly maxDollars: number;
}

function useScan() {
  const [state, setState] = useState<ScanState>();
  const [isReading, setIsReading] = useState(false);
  const aborted = useRef<AbortController>(undefined);
  useEffect(() => () => aborted.current?.abort(), []);
  const run = async (params: ScanParams): Promise<void> => {
    const controller = new AbortController();
    aborted.current = controller;
    let last = NOTHING;
    setIsReading(true);
    setState(last);
    try {
      for await (const page of api.lines<ScanPage>('scan', { ...params }, controller.signal)) {
        const { jobs, scanned, dollars, stopped = false } = page;
        last = { jobs: [...last.jobs, ...jobs].slice(0, MOST), scanned, dollars, isStopped: stopped };
        setState(last);
      }
    } catch (error) {
      if (!isAbort(error)) setState({ ...last, trouble: troubleOf(error) });
    }
    setIsReading(false);
  };
  return { state, isReading, run, stop: () => aborted.current?.abort() };
}
