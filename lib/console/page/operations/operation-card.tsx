import { useState } from 'preact/hooks';
import type { Operation, RefusedEntry, Trouble } from '../../api.ts';
import { api } from '../base/client.ts';
import { countText, plural } from '../base/format.ts';
import { Link } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { troubleOf } from '../base/trouble.ts';
import { Button } from '../parts/button.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { Icon } from '../parts/icon.tsx';
import { Progress } from '../parts/progress.tsx';
import { TroubleNote } from '../parts/states.tsx';
import { Status } from '../parts/status.tsx';
import { Duration, Time } from '../parts/time.tsx';
import { isEnded, isOfType, stopOperation } from '../parts/use-operation.ts';
import { saveAsFile } from './save-as-file.ts';

export interface OperationCardProps {
  readonly operation: Operation;
  readonly onStop: () => void;
}

export function OperationCard({ operation, onStop }: OperationCardProps) {
  const { asked, said, tone, cliLine, file } = operation;
  const ended = isEnded(operation);
  const [trouble, setTrouble] = useState<Trouble>();
  const attempt = (work: Promise<void>) => void work.catch((error: unknown) => setTrouble(troubleOf(error)));
  return (
    <article class={`card operation tone-${ended ? (tone ?? 'good') : 'busy'}`}>
      <div class="operation-head">
        <Name operation={operation} />
        <State operation={operation} />
        <When operation={operation} />
        <span class="buttons">
          {operation.refused > 0 && (
            <Button title="Save them as a file" onClick={() => attempt(saveRefused(operation.id))}>
              <Icon name="down" />
              {plural(operation.refused, 'refused', 'refused')}
            </Button>
          )}
          {!ended && (
            <Button
              label={`Stop ${operation.kind}`}
              isBusy={operation.state === 'stopping'}
              onClick={() => attempt(stopOperation(operation.id).then(onStop))}
            >
              <Icon name="stop" />
              Stop
            </Button>
          )}
        </span>
      </div>
      <p class="muted">{asked}</p>
      {said !== undefined && <p class={`said tone-${tone ?? 'good'}`}>{said}</p>}
      {!ended && <Progress operation={operation} />}
      {!isOfType(operation.kind) && <Figures operation={operation} />}
      <TroubleNote trouble={trouble} isBrief />
      {file !== undefined && (
        <p>
          Saved before: <code>{file}</code>
        </p>
      )}
      <Copyable text={cliLine} />
    </article>
  );
}

interface PartProps {
  readonly operation: Operation;
}

const Name = ({ operation: { kind, type } }: PartProps) => (
  <h3>
    {kind}
    {type !== undefined && (
      <>
        {' · '}
        <Link href={hrefs.type(type)}>{type}</Link>
      </>
    )}
  </h3>
);

const When = ({ operation: { startedAtMs, endedAtMs } }: PartProps) => (
  <span class="operation-when">
    <Time at={startedAtMs} />
    {endedAtMs !== undefined && (
      <span class="muted">
        {' '}
        took <Duration ms={endedAtMs - startedAtMs} />
      </span>
    )}
  </span>
);

/** A warning is no success, whatever the state's word. */
function State({ operation: { state, tone } }: PartProps) {
  const as = state === 'done' && tone !== undefined && tone !== 'good' ? tone : state;
  return state === 'running' ? <Status of="open" text="running" /> : <Status of={as} text={state} />;
}

function Figures({ operation }: PartProps) {
  const { chosen, done, unchanged, refused, left, ratePerSecond } = operation;
  const figures: readonly (readonly [string, number])[] = [
    ['chosen', chosen],
    ['changed', done],
    ['unchanged', unchanged],
    ['refused', refused],
    ['left', left],
  ];
  return (
    <ul class="figures">
      {figures
        .filter(([name, count]) => count > 0 || name === 'chosen' || name === 'changed')
        .map(([name, count]) => (
          <li key={name}>
            <strong class="number">{countText(count)}</strong> {name}
          </li>
        ))}
      {ratePerSecond !== undefined && <li class="muted">at most {countText(ratePerSecond)} a second</li>}
    </ul>
  );
}

async function saveRefused(id: string): Promise<void> {
  const lines: string[] = [];
  for await (const entry of api.lines<RefusedEntry>('operations/refused', { id })) lines.push(JSON.stringify(entry));
  saveAsFile(`refused-${id}.ndjson`, `${lines.join('\n')}\n`);
}
