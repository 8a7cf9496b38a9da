import { flagsOf, send, sendLines } from '../../operator/index.ts';
import { definitionOf } from '../definition-of.ts';
import type { Desk } from '../desk.ts';
import { counted, type Outcome, type Plan, type Reporter, typedOver } from './plan.ts';

export interface SendRequest {
  readonly type: string;
  readonly text: string;
  /** A job a line. */
  readonly lines: boolean;
  readonly envelopes: boolean;
}

/** Sends a job, or one for each line. */
export function sendPlan(desk: Desk, request: SendRequest): Plan {
  const { type, text, lines, envelopes } = request;
  const definition = definitionOf(desk, type);
  const count = lines ? text.split('\n').filter((line) => line.trim() !== '').length : 1;
  const form = `${lines ? ' --lines' : ''}${envelopes ? ' --envelopes' : ''}`;
  return {
    ...{ kind: 'send', type, asked: counted(count, `new ${type} job`), count, examples: [], notes: [] },
    ...{ will: `${counted(count, 'job')} ${count === 1 ? 'is' : 'are'} sent to ${type}.`, deadLettersOf: [] },
    typeToConfirm: typedOver(count, type),
    cliLine: `npx sluice send ${type}${form} @jobs.${lines ? 'ndjson' : 'json'}${flagsOf(desk.stage)}`,
    run: async (reporter) => {
      if (lines) return sentLines(desk, request, reporter);
      const { jobId } = await send(desk.send, definition, { text, envelopes });
      reporter.progress(1);
      return { done: 1, unchanged: 0, refused: 0, said: `sent as ${jobId}`, tone: 'good' };
    },
  };
}

async function sentLines(desk: Desk, { type, text, envelopes }: SendRequest, reporter: Reporter): Promise<Outcome> {
  const { signal, progress, refuse } = reporter;
  const report = await sendLines(desk.send, definitionOf(desk, type), {
    ...{ lines: linesOf(text), envelopes, signal, onProgress: progress },
    onRefused: async ({ line, jobId, why, maybeSent }) => {
      const sure = maybeSent ? ' (it may have been sent: under the same id it runs once)' : '';
      refuse({ type, line, why: `${why}${sure}`, ...(jobId !== undefined && { jobId }) });
    },
  });
  const { sent, refused, notTried, failure } = report;
  const said = `${sent === 0 ? '0 sent' : `${counted(sent, 'job')} sent`}${refused > 0 ? `; ${refused} refused` : ''}`;
  const tone = refused > 0 ? 'bad' : sent === 0 ? 'warning' : 'good';
  return {
    done: sent,
    unchanged: 0,
    refused,
    said,
    tone,
    isPartial: notTried > 0,
    ...(failure !== undefined && { failure }),
  };
}

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n');
}
