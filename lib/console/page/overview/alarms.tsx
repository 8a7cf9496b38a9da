/** Alarms that are on: what each means, and what to do. */
import type { AlarmView } from '../../api.ts';
import { plural } from '../base/format.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { Status } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';

/** The table of types shall be in sight. */
const FIRST = 3;

export function Alarms({ alarms }: { readonly alarms: readonly AlarmView[] }) {
  if (alarms.length === 0) return null;
  return (
    <section class="card alarms" aria-labelledby="alarms-on">
      <h2 id="alarms-on">Alarms that are on</h2>
      <List alarms={alarms.slice(0, FIRST)} />
      {alarms.length > FIRST && (
        <details>
          <summary>and {plural(alarms.length - FIRST, 'more alarm')}</summary>
          <List alarms={alarms.slice(FIRST)} />
        </details>
      )}
    </section>
  );
}

const List = ({ alarms }: { readonly alarms: readonly AlarmView[] }) => (
  <ul>
    {alarms.map((alarm) => (
      <Alarm key={alarm.name} alarm={alarm} />
    ))}
  </ul>
);

function Alarm({ alarm }: { readonly alarm: AlarmView }) {
  const { name, type, sinceMs, what, todo, runbook } = alarm;
  return (
    <li>
      <p class="alarm-head">
        <Status of="ALARM" text={name} />
        {type !== undefined && <Link href={hrefs.type(type)}>{type}</Link>}
        <span class="muted">
          <Time at={sinceMs} />
        </span>
      </p>
      <p>{what}</p>
      <p class="muted">
        {todo}{' '}
        {runbook !== undefined && (
          <a href={runbook} target="_blank" rel="noopener noreferrer">
            Runbook
          </a>
        )}
      </p>
    </li>
  );
}
