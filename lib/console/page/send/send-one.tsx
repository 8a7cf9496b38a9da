/** One job: a form and its JSON beside each other. Either can be typed into, and the other follows. */
import { useMemo, useState } from 'preact/hooks';
import type { Operation } from '../../api.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { FormField } from '../form/form-field.tsx';
import { JsonEditor } from '../form/json-editor.tsx';
import { fieldOf, type Json } from '../form/model.ts';
import { type Check, useCheck } from '../form/use-check.ts';
import { emptyOf } from '../form/value.ts';
import { Button } from '../parts/button.tsx';
import { useOperation } from '../parts/use-operation.ts';
import { bodyOf, DEFAULTS, optionFaults } from './envelope.ts';
import { OptionFields } from './option-fields.tsx';

export interface SendOneProps {
  readonly type: string;
  readonly schema: unknown;
}

const written = (value: Json): string => JSON.stringify(value, null, 2);

export function SendOne({ type, schema }: SendOneProps) {
  const field = useMemo(() => fieldOf(schema), [schema]);
  const [text, setText] = useState(() => written(emptyOf(field)));
  const [options, setOptions] = useState(DEFAULTS);
  const check = useCheck({ type, text });
  const faults = optionFaults(options);
  const { ask, isAsking, sent } = useSend();
  const isReady = (check.state === 'fits' || check.state === 'unknown') && Object.keys(faults).length === 0;
  const send = (event: Event) => {
    event.preventDefault();
    if (!isReady) return;
    const id = crypto.randomUUID();
    const body = bodyOf(text, options, { nowMs: Date.now(), id });
    // One line is one job, with the fields of its envelope.
    const request = { kind: 'send', type, text: body, lines: false, envelopes: true } as const;
    ask(request, options.key === '' ? id : options.key);
  };
  return (
    <form class="send" onSubmit={send} noValidate>
      <Sides field={field} text={text} check={check} onText={setText} />
      <OptionFields options={options} faults={faults} onOptions={setOptions} />
      <div class="buttons">
        <Button kind="primary" isSubmit isBusy={isAsking} isDisabled={!isReady}>
          Send…
        </Button>
      </div>
      <Sent type={type} sent={sent} />
    </form>
  );
}

interface SidesProps {
  readonly field: ReturnType<typeof fieldOf>;
  readonly text: string;
  readonly check: Check;
  readonly onText: (text: string) => void;
}

/** The form, and the JSON that it writes. */
function Sides({ field, text, check, onText }: SidesProps) {
  const value = useMemo(() => parsed(text), [text]);
  return (
    <div class="send-sides">
      <section class="card card-body send-form" aria-label="Form">
        {value === undefined ? (
          <p class="muted">The JSON is broken: the form shows it again once it is whole.</p>
        ) : (
          <FormField
            {...{ field, name: 'payload', path: [], value: value.json, faults: check.faults }}
            onValue={(next) => onText(written(next))}
          />
        )}
      </section>
      <section class="card card-body" aria-label="JSON">
        <JsonEditor label="Payload as JSON" text={text} check={check} onText={onText} />
      </section>
    </div>
  );
}

interface SentJob {
  readonly key: string;
  readonly operation: Operation;
}

/** Sends, and remembers which job it was. */
function useSend() {
  const [key, setKey] = useState('');
  const [sent, setSent] = useState<SentJob>();
  const { ask, isAsking } = useOperation({ onEnd: (operation) => setSent({ key, operation }) });
  return {
    ...{ isAsking, sent },
    ask: (request: Parameters<typeof ask>[0], of: string) => {
      setKey(of);
      ask(request);
    },
  };
}

function Sent({ type, sent }: { readonly type: string; readonly sent: SentJob | undefined }) {
  if (sent === undefined) return null;
  const { said, tone = 'good', state } = sent.operation;
  return (
    <div class={`outcome outcome-${tone}`} role="status">
      <p>{said ?? `The operation is ${state}.`}</p>
      {tone === 'good' && (
        <p class="outcome-line">
          <Link href={hrefs.job(type, sent.key)}>Watch the job</Link>
        </p>
      )}
    </div>
  );
}

function parsed(text: string): { readonly json: Json } | undefined {
  try {
    return { json: JSON.parse(text) as Json };
  } catch {
    return undefined;
  }
}
