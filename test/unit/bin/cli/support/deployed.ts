import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// It starts its process in the folder in which it was loaded: not in one that goes with its test.
import 'esbuild';
import { onTestFinished } from 'vitest';
import { PermanentError } from '../../../../../lib/contract/errors.ts';
import type { JobContext } from '../../../../../lib/engine/job-context.ts';
import type { Ran } from '../../../../support/cli.ts';
import { type ControlPlane, makeControlPlane } from '../../../../support/control-plane.ts';
import { type MemoryScheduler, makeMemoryScheduler } from '../../../../support/memory-scheduler.ts';
import { definitions } from '../../../../support/shop/catalogue.ts';
import { sendEmail } from '../../../../support/shop/send-email/definition.ts';
import { runAt, type TerminalOptions } from '../../../../support/terminal.ts';
import { makeWorld, type World } from '../../../../support/world.ts';
import { stageOf } from '../../../operator/support/stage.ts';

/** A stage with one job type, and the command beside it. */
export interface Deployed {
  readonly world: World;
  readonly plane: ControlPlane;
  /** Of schedules that are made at run time. */
  readonly scheduler: MemoryScheduler;
  /** The table's size, as DynamoDB describes it. */
  readonly table: { ItemCount?: number; TableSizeBytes?: number };
  run(args: string, options?: TerminalOptions): Promise<Ran>;
  /** With arguments that no shell has split. */
  argv(args: readonly string[], options?: TerminalOptions): Promise<Ran>;
  /** At a terminal, where the input is typed. */
  ask(args: string, input?: string, options?: TerminalOptions): Promise<Ran>;
  /** Sends an e-mail whose subject says how it ends: `permanent`, `fail`; any other completes. */
  mail(id: string, subject?: string, fields?: object): void;
  /** So many jobs that died. */
  graveyard(count: number): Promise<void>;
}

export function deployed(): Deployed {
  const world = makeWorld({ definition: sendEmail, perform });
  const plane = makeControlPlane('send-email', world.clock.now());
  const scheduler = makeMemoryScheduler({ now: world.clock.now });
  const { aws } = stageOf(world, { ...plane.aws, scheduler: scheduler.client });
  const table = {};
  const clients = { aws, sqs: world.sqs.client, tables: { send: async () => ({ $metadata: {}, Table: table }) } };
  const clock = { now: world.clock.now, sleep: (ms: number) => world.clock.advance(ms) };
  const argv: Deployed['argv'] = (args, options) => runAt(clients, args, { definitions, clock, ...options });
  const run: Deployed['run'] = (args, options) => argv(words(args), options);
  const mail: Deployed['mail'] = (id, subject = 'fine', fields = {}) =>
    void world.send({ id, ...fields, payload: { to: 'ada@example.com', subject, text: 'Hello.' } });
  return {
    ...{ world, plane, scheduler, table, run, argv, mail },
    ask: (args, input = '', options) => run(args, { tty: true, input, ...options }),
    async graveyard(count) {
      for (let i = 0; i < count; i++) mail(`a${i}`, 'permanent');
      await world.drain();
      await world.clock.advance(1000);
    },
  };
}

function perform(payload: unknown, { job }: JobContext) {
  const { subject } = payload as { subject: string };
  const [, why = 'no such mailbox'] = /^permanent(?: (.*))?$/.exec(subject) ?? [];
  if (subject.startsWith('permanent') && !(why === 'once' && job.run > 1)) throw new PermanentError(why);
  if (subject === 'fail') throw new Error('busy');
  return { sent: subject };
}

/** Arguments as a shell splits them: '…' holds spaces. */
const words = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');

/** An empty folder that the test works in, and the files in it. */
export function workingFolder(): { path: string; files: () => string[] } {
  const before = process.cwd();
  const path = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
  process.chdir(path);
  onTestFinished(() => {
    process.chdir(before);
    rmSync(path, { recursive: true });
  });
  return { path, files: () => readdirSync(path) };
}
