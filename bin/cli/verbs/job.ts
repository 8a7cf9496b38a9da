import type { Command } from 'commander';
import { type JobLogLine, type JobView, job, jobLogs } from '../../../lib/operator/index.ts';
import type { Context } from '../context.ts';
import { openSince } from '../open-since.ts';
import { count } from '../print.ts';
import { keptMaps, MAPS_FOLDER, MAPS_HELP } from '../source-maps.ts';
import { keyArgument, type Run, runs, typeArgument } from '../verb.ts';

interface Options {
  readonly logs?: boolean;
  readonly maps: string;
  readonly payload?: boolean;
}

export function jobVerb(program: Command, run: Run): void {
  const command = program
    .command('job')
    .summary('everything about one job')
    .description(
      'Everything about one job: its state, attempts, times, error, result, checkpoint, and where its message is. The job is ' +
        'found by its key, or by its id (through the logs, if its key is another).',
    )
    .addArgument(typeArgument())
    .addArgument(keyArgument())
    .option('--logs', 'its log lines, too, with the place in your code that an error came from')
    .option('--maps <folder>', MAPS_HELP, MAPS_FOLDER)
    .option('--payload', 'the body of a parked job, too, which holds its payload');
  runs<Options>(command, run, async (context, [type = '', key = ''], { logs, maps, payload }) => {
    const view = await job(context.stage, { type, key }, { payload: payload === true });
    const { mapOf, missing } = keptMaps(maps);
    const wanted = { jobId: view.item.jobId, mapOf };
    const lines = logs ? await jobLogs(context.stage, type, wanted) : undefined;
    if (context.print.result({ ...view, ...(lines && { logs: lines }) })) return;
    show(context, view);
    if (lines) showLogs(context, lines);
    for (const line of missing()) context.print.note(line);
  });
}

const at = (epochMs: number | undefined) => (epochMs === undefined ? undefined : new Date(epochMs).toISOString());

function show({ print }: Context, view: JobView): void {
  const { item, key, message, unread, breaker } = view;
  const { status, attempts, maxAttempts, snoozes, runNo, error, reason } = item;
  const running = status === 'INPROGRESS';
  const rows: [string, unknown][] = [
    ['type', item.type],
    ['key', key],
    ['id', item.jobId === key ? undefined : item.jobId],
    ['status', item.cancelRequested ? `${status}, cancellation requested` : status],
    ['attempts', `${attempts} of ${maxAttempts}${snoozes > 0 ? `, and ${snoozes} snoozes` : ''}`],
    ['run', runNo > 1 ? `${runNo} (it died and was redriven, or came again after its retention)` : undefined],
    ['created', item.createdAt],
    ['last attempt', item.processedAt],
    ['completed', item.completedAt],
    [status === 'EXPIRED' ? 'expired' : 'died', item.failedAt],
    ['due', at(item.dueAt)],
    ['expires', item.processedAt === undefined ? at(item.startBefore) : undefined],
    ['last start', at(item.endBefore)],
    ['lease until', running ? at(item.leaseUntil) : undefined],
    ['kept until', at(item.expiration * 1000)],
    ['reason', reason],
    ['error', error && `${error.name}: ${error.message}`],
    ['result', json(item.result)],
    ['progress', json(item.progress)],
    [
      'checkpoint',
      item.checkpoint === undefined ? undefined : `${json(item.checkpoint)} (number ${item.checkpointNo})`,
    ],
    ...flowRows(view),
    ['breaker', breaker && openSince(breaker)],
    ['message', message],
    ['body', item.envelope?.body],
    ['payload', unread],
  ];
  for (const [name, value] of rows) {
    if (value !== undefined) print.line(print.colour.dim(name.padEnd(13)), ` ${String(value)}`);
  }
}

/** The flow that the job is in: what it waits for, whom it came after, for whom it holds a place, and to whom that went. */
function flowRows({ item: { mode, deadlineAt, status, flow, passedOn, owed }, batch }: JobView): [string, unknown][] {
  const died = batch?.dead ? `; ${batch.dead} died, expired or were cancelled` : '';
  const left = batch && `${count(batch.open)} of ${count(batch.total)} children`;
  const open = status === 'SCHEDULED' ? left : `nothing more; ${left} were open`;
  const { of, after, chain } = flow ?? {};
  const to = passedOn?.replace('#', ' ');
  return [
    ['waits for', batch && `${open}${died}`],
    ['mode', mode === 'success' ? 'success: waits until every child has completed' : mode],
    ['deadline', at(deadlineAt)],
    ['came after', after && named(after)],
    ['chain', chain && `step ${chain.step} of ${chain.key}`],
    ['holds', of && `place ${of.place} of flow ${named(of)}`],
    ['passed on', of && to && `its place went to ${to}`],
    ['staged', !of && to && `a batch: its callback is ${to}`],
    ['owed', owed && 'what it staged is not sent yet'],
  ];
}

const named = ({ type, key }: { readonly type: string; readonly key: string }): string => `${type} ${key}`;

const json = (value: unknown): string | undefined => JSON.stringify(value);

/** Fields that every line of one job has: they are not shown. */
const STANDARD =
  /^(level|message|timestamp|service|sampling_rate|xray_trace_id|jobId|jobType|key|tenant|maxAttempts|(cold_|function_).*)$/;

function showLogs({ print }: Context, lines: readonly JobLogLine[]): void {
  print.line();
  if (lines.length === 0)
    print.note('no log line carries its id (lines take some seconds, and are kept for a time only)');
  for (const { at: when, fields, place } of lines) {
    const { level = '', message = '' } = fields;
    const rest = Object.entries(fields).filter(([name]) => !STANDARD.test(name));
    const shown = rest.map(([name, value]) => [name, name === 'error' ? causes(value) : value]);
    const extras = rest.length === 0 ? '' : JSON.stringify(Object.fromEntries(shown));
    const { dim } = print.colour;
    print.line(dim(when), ` ${String(level).padEnd(5)} ${String(message)} `, dim(extras));
    if (place !== undefined) print.line(`  at ${place}`);
  }
}

/** The names and messages of an error and its causes. Other properties are left out: they may hold a payload. */
function causes(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { name, message, cause } = error as { name?: unknown; message?: unknown; cause?: unknown };
  return { name, message, ...(cause !== undefined && { cause: causes(cause) }) };
}
