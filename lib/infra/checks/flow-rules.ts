import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { didYouMean } from '../../contract/definition/suggest.ts';
import { names } from '../../contract/names.ts';
import { type OwnPart, typesBeside } from './own-parts.ts';
import type { Finding } from './queue-rules.ts';
import type { TemplateView } from './template-view.ts';

/** Checks the types that job types hand on to: each must be one of the stage, and take part in flows itself. */
export function flows(view: TemplateView, parts: readonly OwnPart[]): Finding[] {
  return parts.flatMap((part) => {
    const { stage, definition } = part;
    if (definition?.handsOn === undefined) return [];
    const functionName = names.consumer(stage, definition.type);
    const resource = view
      .ofType('AWS::Lambda::Function')
      .find(({ properties }) => properties.FunctionName === functionName);
    const types = typesBeside(part);
    return definition.handsOn.flatMap((next) =>
      faults(definition.type, next, types).map((fault) => ({ ...fault, ...(resource !== undefined && { resource }) })),
    );
  });
}

function faults(type: string, next: string, types: ReadonlyMap<string, OwnPart>): Finding[] {
  const known = types.get(next)?.definition;
  if (known === undefined) {
    return [
      {
        ...{ rule: 'HandsOnUnknownType', severity: 'error' },
        what: `${type}: handsOn names "${next}", which is no job type${didYouMean(next, [...types.keys()])}`,
        fix: `name a job type of the stage, or add "${next}" to it`,
      },
    ];
  }
  if (known.handsOn !== undefined) return known.retired ? [retired(type, next)] : [];
  return [
    {
      ...{ rule: 'HandsOnOutsideFlows', severity: 'error' },
      what: `${type}: handsOn names "${next}", which takes part in no flow: its consumer would refuse the job`,
      fix: `write handsOn: [] in the definition of ${next}, or the types that its jobs may be followed by`,
    },
  ];
}

const retired = (type: string, next: string): Finding => ({
  ...{ rule: 'HandsOnRetiredType', severity: 'warning' },
  what: `${type}: handsOn names "${next}", which is retired: a handler that stages such a job fails`,
  fix: `once no chain on its way names it, take "${next}" out of handsOn`,
});

/**
 * What is worth knowing of a type's flows, as far as definitions tell: which of its types are children and which are callbacks,
 * only its handler knows.
 */
export function flowNotes(part: OwnPart): string[] {
  const { definition } = part;
  if (definition?.handsOn === undefined) return [];
  const types = typesBeside(part);
  const next = definition.handsOn.flatMap((type) => types.get(type)?.definition ?? []);
  return [
    ...loneEnds(definition, [...types.values()]),
    ...slowCallbacks(definition, next),
    ...noCallbacks(definition, next),
  ];
}

/** A callback starts once: its item waits in the table, and a handler that stages one of these fails. */
function noCallbacks({ type, handsOn = [] }: JobDefinition, next: readonly JobDefinition[]): string[] {
  if (next.length < 2 || next.length < handsOn.length || next.some(({ begin }) => begin !== 'optimistic')) return [];
  return [
    `${type}: ${handsOn.join(', ')} begin optimistically, so none of them can be a batch's callback. If ${type} stages a batch, take ` +
      'begin out of the definition of the one that is',
  ];
}

/** The ends of children that come together are one write. */
function loneEnds({ type, batchSize }: JobDefinition, parts: readonly OwnPart[]): string[] {
  if (batchSize > 1) return [];
  const parents = parts.flatMap(({ definition }) => (definition?.handsOn?.includes(type) ? [definition.type] : []));
  if (parents.length === 0) return [];
  return [
    `${type} has batchSize 1: as children of a batch of ${parents.join(' or ')}, its jobs cost a write each when they end, where ten that ` +
      'end together cost one',
  ];
}

/** If none of the types may send to another of them, then none may to the callback, whichever it is. */
function slowCallbacks({ type, handsOn = [] }: JobDefinition, next: readonly JobDefinition[]): string[] {
  if (next.length < 2) return [];
  const maySend = next.some((child) => handsOn.some((callback) => child.handsOn?.includes(callback)));
  if (maySend) return [];
  return [
    `${type}: none of ${handsOn.join(', ')} hands on to another of them. If ${type} stages a batch of these, the dispatcher starts the ` +
      'callback, up to a minute after the last child; with the callback’s type in handsOn of the child’s it starts at once',
  ];
}
