import { Argument, type Command } from 'commander';
import { type BreakerView, breaker, flagsOf, switchBreaker } from '../../../lib/operator/index.ts';
import { loadDefinitions } from '../catalogue.ts';
import type { Context } from '../context.ts';
import { definitionOf } from '../options.ts';
import { count } from '../print.ts';
import { type Run, runs, typeArgument } from '../verb.ts';

const CHANGES = ['open', 'close'] as const;
type Change = (typeof CHANGES)[number];

export function breakerVerb(program: Command, run: Run): void {
  const command = program
    .command('breaker')
    .summary('the circuit breaker of a job type')
    .description(
      'The circuit breaker of a job type: its state, since when, by whom, what it counts, when it lets the next probe through. ' +
        '`open` stops starting its jobs until `close`: they wait without an attempt, and nothing is let through to try. `close` ' +
        'closes it, whoever opened it; the first attempt starts at once, and twice as many with each probe interval.',
    )
    .addArgument(typeArgument())
    .addArgument(new Argument('[change]', 'what to do (default: show it)').choices(CHANGES));
  runs(command, run, async (context, [type = '', change]) => {
    const definition = definitionOf(await loadDefinitions(context.host), type);
    if (change === undefined) {
      const view = await breaker(context.stage, definition);
      if (!context.print.result(view)) show(context, view);
      return;
    }
    const view = await switchBreaker(context.stage, definition, change as Change);
    if (context.print.result(view)) return;
    const isOpen = view.state === 'open';
    context.print.line(`${type} is ${isOpen ? 'open' : 'closed'}${view.changed ? '' : ' already'}`);
    if (isOpen) context.print.note(`npx sluice breaker ${type} close${flagsOf(context.stage)} starts its jobs again`);
  });
}

const BY = { rate: 'the rate of failures', operator: 'an operator: it holds until it is closed' } as const;

function show({ print }: Context, { type, state, since, by, nextProbeAt, ok, failed }: BreakerView): void {
  const { red, yellow, green, dim } = print.colour;
  const rows: [string, string | ReturnType<typeof red> | undefined][] = [
    ['type', type],
    ['state', { open: red, closing: yellow, closed: green }[state](state)],
    ['since', since],
    ['opened by', by && BY[by]],
    ['next probe', nextProbeAt],
    ['counts', `${count(ok)} ended well, ${count(failed)} failed`],
  ];
  for (const [name, value] of rows) if (value !== undefined) print.line(dim(name.padEnd(13)), ' ', value);
}
