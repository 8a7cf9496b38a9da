/** What became of the operations that this tab started: a live region at the foot of the page, drawn by the frame. */
import type { Operation } from '../../api.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { Progress } from './progress.tsx';
import { isEnded, putAway, started, stopOperation } from './use-operation.ts';

export const OperationNotes = () => (
  <section class="operation-notes" aria-label="Operations of this page">
    <div role="status" aria-live="polite">
      {started.value.map((operation) => (
        <OperationNote key={operation.id} operation={operation} />
      ))}
    </div>
  </section>
);

function OperationNote({ operation }: { readonly operation: Operation }) {
  const { id, kind, type, tone, said } = operation;
  const ended = isEnded(operation);
  return (
    <div class={`operation-note tone-${ended ? (tone ?? 'good') : 'busy'}`}>
      <div class="operation-note-body">
        <p class="operation-note-title">
          {kind}
          {type !== undefined && ` · ${type}`}
        </p>
        <p>{ended ? (said ?? operation.state) : 'Under way'}</p>
        {!ended && <Progress operation={operation} />}
        <p>
          <Link href={hrefs.operations()}>Operations</Link>
        </p>
      </div>
      {ended ? (
        <Button kind="quiet" label={`Put away: ${kind}`} onClick={() => putAway(id)}>
          <Icon name="close" />
        </Button>
      ) : (
        <Button kind="quiet" label={`Stop: ${kind}`} onClick={() => void stopOperation(id).catch(() => undefined)}>
          <Icon name="stop" />
        </Button>
      )}
    </div>
  );
}
