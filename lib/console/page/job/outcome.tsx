/** What became of the last operation on this job, until another. */
import type { Operation } from '../../api.ts';
import { Copyable } from '../parts/copyable.tsx';
import { isEnded } from '../parts/use-operation.ts';

export function Outcome({ operation }: { readonly operation: Operation | undefined }) {
  if (operation === undefined) return null;
  const { said, tone = 'good', file, cliLine } = operation;
  const ended = isEnded(operation);
  return (
    <div class={`outcome outcome-${ended ? tone : 'busy'}`} role="status">
      <p>{ended ? (said ?? `It is ${operation.state}.`) : 'Under way…'}</p>
      {file !== undefined && (
        <p class="outcome-line">
          What was there before is saved in <Copyable text={file} />
        </p>
      )}
      {ended && tone !== 'good' && cliLine !== '' && (
        <p class="outcome-line">
          The same from a terminal: <Copyable text={cliLine} />
        </p>
      )}
    </div>
  );
}
