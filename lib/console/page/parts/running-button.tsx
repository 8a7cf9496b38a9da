/**
 * Pauses a type's consumer, or lets it go on: whichever its state allows. Nothing where neither can be.
 *
 *   <RunningButton type={type} state={state} onChange={feed.refresh} />
 *   <RunningButton … isBrief />      in a row: a sign alone
 */
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { useOperation } from './use-operation.ts';

export interface RunningButtonProps {
  readonly type: string;
  readonly state: string | undefined;
  readonly onChange: () => void;
  readonly isBrief?: boolean;
}

const PAUSED: readonly string[] = ['paused', 'pausing'];
const NONE: readonly (string | undefined)[] = [undefined, 'missing', 'not deployed'];

export function RunningButton({ type, state, onChange, isBrief = false }: RunningButtonProps) {
  const { ask, isAsking } = useOperation({ onEnd: onChange });
  if (NONE.includes(state)) return null;
  const kind = PAUSED.includes(state ?? '') ? 'resume' : 'pause';
  const word = kind === 'pause' ? 'Pause' : 'Resume';
  return (
    <Button
      kind={isBrief ? 'quiet' : 'plain'}
      label={isBrief ? `${word} ${type}` : undefined}
      title={isBrief ? word : undefined}
      isBusy={isAsking}
      onClick={() => ask({ kind, type })}
    >
      <Icon name={kind === 'pause' ? 'pause' : 'play'} />
      {!isBrief && word}
    </Button>
  );
}
