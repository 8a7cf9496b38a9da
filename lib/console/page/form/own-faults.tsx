/** The faults of a group itself, not of its fields. */
import type { CheckAnswer } from '../../api.ts';
import { faultsAt } from './faults.ts';

interface OwnFaultsProps {
  readonly faults: CheckAnswer['faults'];
  readonly pointer: string;
}

export function OwnFaults({ faults, pointer }: OwnFaultsProps) {
  const own = faultsAt(faults, pointer);
  if (own.length === 0) return null;
  return (
    <div role="alert">
      <ul class="field-faults">
        {own.map(({ message }) => (
          <li key={message}>{message}</li>
        ))}
      </ul>
    </div>
  );
}
