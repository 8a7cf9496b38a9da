/** The other attributes of a job's item. */
import type { JobDetail } from '../../api.ts';

export function Attributes({ job: { attributes } }: { readonly job: JobDetail }) {
  if (attributes.length === 0) return null;
  return (
    <section class="card" aria-labelledby="attributes">
      <h2 id="attributes" class="card-title">
        Attributes
      </h2>
      <dl class="attributes">
        {attributes.map(({ name, value }) => (
          <div key={name} class="attribute">
            <dt>{name}</dt>
            <dd class="mono">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
