/** A query over the consumers' logs, with ready ones to begin with. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Insights, Trouble } from '../../api.ts';
import { about } from '../base/about.ts';
import { api } from '../base/client.ts';
import { plural, shortText } from '../base/format.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { isAbort, troubleOf } from '../base/trouble.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Empty, Skeleton, TroubleNote } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { columnsOf, EXAMPLES, jobOf } from './examples.ts';

const RANGES = [
  { hours: 1, label: 'the last hour' },
  { hours: 3, label: 'the last 3 hours' },
  { hours: 24, label: 'the last day' },
  { hours: 168, label: 'the last 7 days' },
];

interface State {
  readonly answer?: Insights;
  readonly trouble?: Trouble;
  readonly isReading: boolean;
}

export function InsightsCard() {
  const { state, run, stop } = useInsights();
  return (
    <section class="card" aria-labelledby="insights">
      <div class="card-line">
        <h2 id="insights">Search the logs</h2>
        <span class="muted">CloudWatch Logs Insights</span>
      </div>
      <QueryForm isReading={state.isReading} onRun={(asked) => void run(asked)} onStop={stop} />
      {state.isReading && <Skeleton rows={4} />}
      <TroubleNote trouble={state.trouble} />
      {state.answer && <Rows answer={state.answer} />}
    </section>
  );
}

/** A query that is stopped, or whose page is left, is stopped at CloudWatch, too: it bills what it reads. */
function useInsights() {
  const [state, setState] = useState<State>({ isReading: false });
  const aborted = useRef(new AbortController());
  useEffect(() => () => aborted.current.abort(), []);
  const run = async (asked: Asked): Promise<void> => {
    aborted.current = new AbortController();
    const { signal } = aborted.current;
    setState({ isReading: true });
    try {
      setState({ isReading: false, answer: await api.get<Insights>('insights', { ...asked }, signal) });
    } catch (error) {
      setState({ isReading: false, ...(!isAbort(error) && { trouble: troubleOf(error) }) });
    }
  };
  return { state, run, stop: () => aborted.current.abort() };
}

interface Asked {
  readonly query: string;
  readonly hours: number;
  readonly type: string;
}

interface QueryFormProps {
  readonly isReading: boolean;
  readonly onRun: (asked: Asked) => void;
  readonly onStop: () => void;
}

function QueryForm({ isReading, onRun, onStop }: QueryFormProps) {
  const [query, setQuery] = useState(EXAMPLES[0]?.query ?? '');
  const [hours, setHours] = useState(1);
  const [type, setType] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    onRun({ query, hours, type });
  };
  return (
    <form class="card-body query" onSubmit={submit}>
      <Examples query={query} onQuery={setQuery} />
      <Field label="Query">
        {(tied) => (
          <textarea
            {...tied}
            class="mono"
            rows={Math.max(4, query.split('\n').length)}
            spellcheck={false}
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="query-foot">
        <RangeFields {...{ hours, type }} onHours={setHours} onType={setType} />
        <Button kind="primary" isSubmit isBusy={isReading} isDisabled={query.trim() === ''}>
          Run
        </Button>
        {isReading && <Button onClick={onStop}>Stop</Button>}
      </div>
    </form>
  );
}

interface ExamplesProps {
  readonly query: string;
  readonly onQuery: (query: string) => void;
}

const Examples = ({ query, onQuery }: ExamplesProps) => (
  <fieldset class="buttons is-plain">
    <legend class="only-read">Ready queries</legend>
    {EXAMPLES.map((example) => (
      <Button key={example.name} isPressed={query === example.query} onClick={() => onQuery(example.query)}>
        {example.name}
      </Button>
    ))}
  </fieldset>
);

interface RangeFieldsProps {
  readonly hours: number;
  readonly type: string;
  readonly onHours: (hours: number) => void;
  readonly onType: (type: string) => void;
}

const RangeFields = ({ hours, type, onHours, onType }: RangeFieldsProps) => (
  <>
    <Field label="Range">
      {(tied) => (
        <select {...tied} value={hours} onChange={(event) => onHours(Number(event.currentTarget.value))}>
          {RANGES.map((range) => (
            <option key={range.hours} value={range.hours}>
              {range.label}
            </option>
          ))}
        </select>
      )}
    </Field>
    <Field label="Type">
      {(tied) => (
        <select {...tied} value={type} onChange={(event) => onType(event.currentTarget.value)}>
          <option value="">all types</option>
          {(about.value?.types ?? []).map((one) => (
            <option key={one.type} value={one.type}>
              {one.type}
            </option>
          ))}
        </select>
      )}
    </Field>
  </>
);

function Rows({ answer: { rows, scannedMegabytes } }: { readonly answer: Insights }) {
  const columns = columnsOf(rows).map((name) => ({
    key: name,
    head: name,
    class: 'wraps',
    cell: (row: Numbered) => <Cell name={name} row={row.row} />,
  }));
  const numbered = rows.map((row, index) => ({ row, index }));
  return (
    <>
      <p class="card-text muted" role="status">
        {plural(rows.length, 'row')} · {shortText(scannedMegabytes)} MB looked through
      </p>
      {rows.length === 0 ? (
        <Empty title="Nothing matches">Try a longer range: logs also take some seconds to arrive.</Empty>
      ) : (
        <Table
          caption="Answer of the query"
          class="insights"
          columns={columns}
          rows={numbered}
          rowKey={({ index }) => String(index)}
        />
      )}
    </>
  );
}

interface Numbered {
  readonly row: Readonly<Record<string, string>>;
  readonly index: number;
}

function Cell({ name, row }: { readonly name: string; readonly row: Numbered['row'] }) {
  const text = row[name] ?? '';
  const job = name === 'key' || name === 'jobId' ? jobOf(row) : undefined;
  return job === undefined || text === '' ? text : <Link href={hrefs.job(job.type, text)}>{text}</Link>;
}
