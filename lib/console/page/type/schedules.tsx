/** The schedules of a type: each with its next three times and its last jobs. */
import type { Feed, ScheduleView } from '../../api.ts';
import { clockText, msOf } from '../base/format.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { Loaded } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';

interface SchedulesProps {
  readonly type: string;
  readonly schedules: Feed<readonly ScheduleView[]>;
}

export function Schedules({ type, schedules }: SchedulesProps) {
  if (schedules.data?.length === 0 && !schedules.trouble) return null;
  return (
    <section class="card" aria-labelledby="schedules">
      <h2 class="card-head" id="schedules">
        Schedules
      </h2>
      <Loaded feed={schedules}>
        {(data) => (
          <ul class="schedules">
            {data.map((schedule) => (
              <Schedule key={schedule.name} type={type} schedule={schedule} />
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

interface ScheduleProps {
  readonly type: string;
  readonly schedule: ScheduleView;
}

function Schedule({ type, schedule: { name, expression, timeZone, state, nextMs, last } }: ScheduleProps) {
  return (
    <li>
      <p class="schedule-head">
        <strong>{name}</strong>
        <Status of={state} />
      </p>
      <p class="muted">
        <code>{expression}</code> {timeZone}
      </p>
      {nextMs.length > 0 && (
        <p>
          <span class="muted">Next</span>{' '}
          {nextMs.map((atMs) => (
            <span key={atMs} class="schedule-next">
              <Time at={atMs} />
            </span>
          ))}
        </p>
      )}
      {last.length > 0 && (
        <ul class="schedule-last" aria-label={`Last jobs of ${name}`}>
          {last.map(({ key, status }) => (
            <li key={key}>
              <Link href={hrefs.job(type, key)}>{timeIn(key, name)}</Link>
              <Status of={status} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** Of `<name>:<time>` the time, shortened to the minute; the key as it is, if it has none. */
function timeIn(key: string, name: string): string {
  const time = key.slice(name.length + 1);
  const ms = msOf(time);
  if (Number.isNaN(ms)) return key;
  return `${new Date(ms).toLocaleDateString('sv')} ${clockText(ms).slice(0, 5)}`;
}
