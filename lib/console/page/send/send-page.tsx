/** Send a job of a type: by a form that is made from its schema, as JSON, or a file of them. */
import { useState } from 'preact/hooks';
import type { TypePage } from '../../api.ts';
import { about, mayChange } from '../base/about.ts';
import { Link, navigate, route } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { useFeed } from '../base/use-feed.ts';
import { Field } from '../parts/field.tsx';
import { Segments } from '../parts/segments.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { SendLines } from './send-lines.tsx';
import { SendOne } from './send-one.tsx';

const MODES = [
  { value: 'one', label: 'One job' },
  { value: 'lines', label: 'A file of jobs' },
] as const;

/** The schema changes with a deployment alone. */
const EVERY_MS = 300_000;

export function SendPage() {
  const [type = ''] = route.value.names;
  const known = about.value?.types.find((one) => one.type === type);
  const [mode, setMode] = useState<'one' | 'lines'>('one');
  return (
    <>
      <nav class="crumbs" aria-label="Where this is">
        <Link href={hrefs.type(type)}>{type}</Link>
      </nav>
      <header class="page-head">
        <h1>Send {type}</h1>
        <span class="page-head-end">
          <TypeChoice type={type} />
          <Segments label="What is sent" value={mode} options={MODES} onChange={setMode} />
        </span>
      </header>
      {!mayChange() ? (
        <Empty title="Nothing can be sent here">The console was started with --read-only.</Empty>
      ) : known === undefined || !known.inCatalogue || !known.deployed ? (
        <NotHere type={type} isKnown={known !== undefined} isDeployed={known?.deployed ?? false} />
      ) : mode === 'one' ? (
        <One type={type} />
      ) : (
        <SendLines type={type} />
      )}
    </>
  );
}

function One({ type }: { readonly type: string }) {
  const feed = useFeed<TypePage>('type', { type }, EVERY_MS);
  return (
    <Loaded feed={feed} rows={6}>
      {({ payloadSchema }) => <SendOne type={type} schema={payloadSchema} />}
    </Loaded>
  );
}

function TypeChoice({ type }: { readonly type: string }) {
  const types = (about.value?.types ?? []).filter((one) => one.inCatalogue && one.deployed);
  if (types.length < 2) return null;
  return (
    <Field label="Job type" isLabelHidden>
      {(tied) => (
        <select {...tied} value={type} onChange={(event) => navigate(hrefs.send(event.currentTarget.value))}>
          {types.map((one) => (
            <option key={one.type} value={one.type}>
              {one.type}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface NotHereProps {
  readonly type: string;
  readonly isKnown: boolean;
  readonly isDeployed: boolean;
}

const NotHere = ({ type, isKnown, isDeployed }: NotHereProps) => (
  <Empty title={isKnown && !isDeployed ? `${type} is not deployed here` : `The catalogue here has no ${type}`}>
    {isKnown && !isDeployed
      ? 'Deploy its stack first: then it has a queue.'
      : 'Its schema is not known, so nothing can be checked before it is sent. Start the console in the checkout that has it.'}
  </Empty>
);
