/**
 * JSON as a text, with numbered lines, and what its schema says of it beside it. A fault leads to its line.
 *
 *   <JsonEditor label="Payload" text={text} check={check} onText={setText} />
 */
import type { RefObject } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { offsetAt } from '../json/place.ts';
import { TroubleNote } from '../parts/states.tsx';
import { type PlacedFault, placed, readablePath } from './faults.ts';
import { type Check, checkWords } from './use-check.ts';

export interface JsonEditorProps {
  readonly label: string;
  readonly text: string;
  readonly check: Check;
  readonly onText: (text: string) => void;
  /** It was asked for just now: the cursor goes to it. */
  readonly hasFocus?: boolean;
}

/** Lines that are seen without scrolling. */
const ROWS = { least: 8, most: 28 };

export function JsonEditor({ label, text, check, onText, hasFocus = false }: JsonEditorProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const faults = placed(check.faults, text);
  useEffect(() => {
    if (hasFocus) area.current?.focus();
  }, []);
  const lines = text.split('\n').length;
  return (
    <div class="editor">
      <div class="editor-head">
        <label class="field-label" for={id}>
          {label}
        </label>
        <span class={`editor-state is-${check.state}`} role="status">
          {checkWords(check)}
        </span>
      </div>
      <div class="editor-body">
        <Gutter lines={lines} faults={faults} />
        <textarea
          ref={area}
          id={id}
          class="mono"
          value={text}
          rows={Math.min(ROWS.most, Math.max(ROWS.least, lines + 1))}
          wrap="off"
          spellcheck={false}
          autocomplete="off"
          aria-invalid={faults.length > 0 || undefined}
          aria-describedby={`${id}-faults`}
          onInput={(event) => onText(event.currentTarget.value)}
          onScroll={(event) => followScroll(event.currentTarget)}
        />
      </div>
      <FaultList id={`${id}-faults`} faults={faults} text={text} area={area} />
      <TroubleNote trouble={check.trouble} isBrief />
    </div>
  );
}

/** The gutter is a scrolled box of its own. */
function followScroll(area: HTMLTextAreaElement): void {
  const gutter = area.previousElementSibling;
  if (gutter) gutter.scrollTop = area.scrollTop;
}

interface GutterProps {
  readonly lines: number;
  readonly faults: readonly PlacedFault[];
}

/** Numbers of lines; those with a fault are marked. For the eye alone: the list below says the same. */
function Gutter({ lines, faults }: GutterProps) {
  const faulty = new Set(faults.map(({ line }) => line));
  return (
    <div class="editor-gutter mono" aria-hidden="true">
      {Array.from({ length: Math.min(lines, 5000) }, (_, index) => (
        <span key={index} class={faulty.has(index + 1) ? 'is-faulty' : undefined}>
          {index + 1}
        </span>
      ))}
    </div>
  );
}

interface FaultListProps {
  readonly id: string;
  readonly faults: readonly PlacedFault[];
  readonly text: string;
  readonly area: RefObject<HTMLTextAreaElement | null>;
}

function FaultList({ id, faults, text, area }: FaultListProps) {
  const goTo = (fault: PlacedFault) => {
    const offset = offsetAt(text, fault);
    area.current?.focus();
    area.current?.setSelectionRange(offset, offset);
  };
  return (
    <ul class="editor-faults" id={id}>
      {faults.map((fault) => (
        <li key={`${fault.pointer} ${fault.line} ${fault.message}`}>
          <button type="button" class="fault" onClick={() => goTo(fault)}>
            <span class="fault-line">Line {fault.line}</span>
            {fault.pointer !== '' && <code>{readablePath(fault.pointer)}</code>}
            <span>{fault.message}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
