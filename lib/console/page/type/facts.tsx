import type { TypePage } from '../../api.ts';
import { Empty } from '../parts/states.tsx';

/** What the definition says. */
export const Facts = ({ facts }: Pick<TypePage, 'facts'>) => (
  <section class="card" aria-labelledby="facts">
    <h2 class="card-head" id="facts">
      Definition
    </h2>
    {facts.length === 0 ? (
      <Empty title="Not in the catalogue here">
        The stage has this type, this checkout does not: nothing can be sent or checked.
      </Empty>
    ) : (
      <dl class="facts">
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    )}
  </section>
);
