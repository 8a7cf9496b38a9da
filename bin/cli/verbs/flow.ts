import { Argument, type Command } from 'commander';
import { type FlowView, flagsOf, flow, type Holder, type PlaceView } from '../../../lib/operator/index.ts';
import type { Context } from '../context.ts';
import { key } from '../options.ts';
import { count } from '../print.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

interface Options {
  readonly all?: boolean;
}

export function flowVerb(program: Command, run: Run): void {
  const command = program
    .command('flow')
    .summary('a batch: what its callback waits for, and who holds each place')
    .description(
      'Looks at a batch by its callback: how many of its children completed, died or have not ended, and the job that holds ' +
        'each open or dead place: the child, a later step of its chain, or the callback of a batch that it staged.',
    )
    .addArgument(typeArgument('job type of the callback'))
    .addArgument(new Argument('<flow>', 'the flow’s id: the callback’s key').argParser(key))
    .option('--all', 'list also the places that ended');
  runs<Options>(command, run, async (context, [type = '', id = ''], { all }) => {
    const view = await flow(context.stage, { type, key: id }, { all: all === true });
    if (!context.print.result(view)) show(context, view);
    return undefined;
  });
}

function show({ print, stage }: Context, view: FlowView): void {
  const { type, status, total, completed, open, dead, mode, deadlineAt, endedAt, parent, places } = view;
  const rows: [string, string | undefined][] = [
    ['callback', `${type} ${view.flow}`],
    ['status', view.cancelRequested ? `${status}, cancellation requested` : status],
    ['children', `${count(total)}: ${count(completed)} completed, ${count(open)} open, ${count(dead)} dead`],
    ['mode', mode],
    ['deadline', deadlineAt],
    ['ended', endedAt],
    ['parent', parent && `${parent.type} ${parent.key}`],
  ];
  for (const [name, value] of rows) {
    if (value !== undefined) print.line(print.colour.dim(name.padEnd(9)), ` ${value}`);
  }
  if (places.length > 0) {
    print.line();
    print.table(places, COLUMNS);
  }
  const [died] = places.filter(({ state, holder }) => state === 'dead' && holder?.status === 'DEAD');
  if (died?.holder !== undefined && status === 'SCHEDULED')
    print.note(`to send the dead back: npx sluice dlq redrive ${died.holder.type}${flagsOf(stage)}`);
}

const COLUMNS = [
  { head: 'PLACE', cell: ({ place }: PlaceView) => place, right: true },
  { head: 'STATE', cell: ({ state }: PlaceView) => state },
  { head: 'TYPE', cell: ({ type, holder }: PlaceView) => holder?.type ?? type, cut: 'end' },
  { head: 'KEY', cell: ({ key, holder }: PlaceView) => holder?.key ?? key, cut: 'middle' },
  { head: 'STATUS', cell: ({ state, holder }: PlaceView) => statusOf(state, holder), cut: 'end' },
] as const;

function statusOf(state: PlaceView['state'], holder: Holder | undefined): string | undefined {
  if (state === 'ended') return undefined;
  if (holder === undefined) return 'has not begun';
  const { status, error, waitsFor } = holder;
  if (waitsFor !== undefined && status === 'SCHEDULED')
    return `waits for ${count(waitsFor.open)} of ${count(waitsFor.total)}`;
  if (status === 'COMPLETED' && state === 'open') return 'COMPLETED, and is handing on';
  return status === 'DEAD' && error !== undefined ? `DEAD: ${error.name}: ${error.message}` : status;
}
