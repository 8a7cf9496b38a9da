/** What a job is, at a glance. */
import type { ComponentChildren } from 'preact';
import type { JobDetail } from '../../api.ts';
import { plural } from '../base/format.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { Status } from '../parts/status.tsx';
import { Fact } from './fact.tsx';

export function JobHead({ job, children }: { readonly job: JobDetail; readonly children: ComponentChildren }) {
  const { key, status } = job;
  return (
    <section class="card job-head" aria-labelledby="job-key">
      <div class="job-head-line">
        <h1 id="job-key" class="job-name">
          {key}
        </h1>
        <span class="job-status" role="status">
          <Status of={status} />
          {job.cancelRequested && <span class="mark">cancel requested</span>}
          {job.undelivered && <span class="mark">undelivered</span>}
        </span>
        <div class="job-actions">{children}</div>
      </div>
      <Failure job={job} />
      <Facts job={job} />
    </section>
  );
}

function Facts({ job }: { readonly job: JobDetail }) {
  const { type, key, jobId, run, attempts, maxAttempts, message, flow, batch } = job;
  return (
    <dl class="job-facts">
      <Fact name="Message">
        <span class="job-message">{message}</span>
      </Fact>
      <Fact name="Attempts">
        {attempts} of {maxAttempts}
      </Fact>
      {run > 1 && <Fact name="Run">{run}</Fact>}
      {jobId !== key && (
        <Fact name="Id">
          <span class="mono selectable">{jobId}</span>
        </Fact>
      )}
      <Fact name="Type">
        <Link href={hrefs.type(type)}>{type}</Link>
      </Fact>
      {flow && (
        <Fact name="Flow">
          <Link href={hrefs.flow(flow.type, flow.key)}>
            {flow.type} {flow.key}
          </Link>
        </Fact>
      )}
      {batch && (
        <Fact name="Waits for">
          <Link href={hrefs.flow(type, key)}>
            {batch.open} of {plural(batch.total, 'child', 'children')}
            {batch.dead > 0 && `, ${batch.dead} dead`}
          </Link>
        </Fact>
      )}
    </dl>
  );
}

function Failure({ job: { error, reason } }: { readonly job: JobDetail }) {
  if (error === undefined && reason === undefined) return null;
  return (
    <div class="job-error">
      {reason !== undefined && <span class="mark">{reason}</span>}
      {error !== undefined && (
        <p>
          <strong>{error.name}</strong> <span class="job-error-text">{error.message}</span>
        </p>
      )}
    </div>
  );
}
