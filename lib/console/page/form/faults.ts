import type { CheckAnswer } from '../../api.ts';
import { type Position, positionAt, spanOf } from '../json/place.ts';

type Fault = CheckAnswer['faults'][number];

/** The faults of exactly one field. */
export const faultsAt = (faults: readonly Fault[], pointer: string): readonly Fault[] =>
  faults.filter((fault) => fault.pointer === pointer);

/** The faults of a field and of all within it. */
export const faultsWithin = (faults: readonly Fault[], pointer: string): readonly Fault[] =>
  faults.filter((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`));

/** A fault with its line, for a list beside a text. */
export type PlacedFault = Pick<Fault, 'pointer' | 'message'> & Position;

/** Where each fault stands in a text. One that has no place stands at its beginning. In the order of the text. */
export function placed(faults: readonly Fault[], text: string): readonly PlacedFault[] {
  const withPlaces = faults.map((fault) => ({ ...fault, ...placeOf(fault, text) }));
  return withPlaces.sort((one, other) => one.line - other.line || one.column - other.column);
}

function placeOf({ pointer, line, column }: Fault, text: string): Position {
  if (line !== undefined) return { line, column: column ?? 1 };
  const span = spanOf(text, pointer);
  return span === undefined ? { line: 1, column: 1 } : positionAt(text, span.start);
}

/** `to[0].name`, for people; empty for the whole. */
export const readablePath = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`), '');
