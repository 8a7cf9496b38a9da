import { PassThrough, Writable } from 'node:stream';
import type { ClientConfig, Clients, Host } from '../../bin/cli/host.ts';
import { sluice } from '../../bin/program.ts';
import type { Ran } from './cli.ts';

/** Where a run of the command takes place: a pipe, unless a terminal is asked for. */
export interface TerminalOptions {
  /** Whether a person sits at it. */
  readonly tty?: boolean;
  /** Streams that are the terminal, where not all are. */
  readonly ttys?: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** How wide the terminal is. @default it does not say */
  readonly columns?: number;
  /** What is typed, or comes through the pipe. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly clock?: Host['clock'];
  /** What `npm run local` keeps up. @default nothing */
  readonly localStage?: Host['localStage'];
  /** Gets what clients are made with. */
  readonly connected?: (config: ClientConfig) => void;
  /** The checkout. @default this one */
  readonly root?: string;
  /** The job types that the command knows. @default those of the checkout */
  readonly definitions?: Host['definitions'];
}

/** Runs the command in this process, against clients that answer. */
export async function runAt(clients: Clients, args: readonly string[], options: TerminalOptions = {}): Promise<Ran> {
  const { tty = false, input = '', env = {}, signal = new AbortController().signal, ...given } = options;
  const { clock, columns, definitions, root, ttys } = given;
  const isTTY = ttys ?? { stdin: tty, stdout: tty, stderr: tty };
  const [out, err] = [makeOutput(isTTY.stdout, columns), makeOutput(isTTY.stderr)];
  const stdin = Object.assign(new PassThrough(), { isTTY: isTTY.stdin });
  stdin.end(input);
  const code = await sluice(args, {
    ...{ stdin, stdout: out.stream, stderr: err.stream },
    env: { SLUICE_STAGE: 'test', ...env },
    connect: (config) => {
      options.connected?.(config);
      return clients;
    },
    interruption: () => signal,
    ...(clock !== undefined && { clock }),
    ...(options.localStage !== undefined && { localStage: options.localStage }),
    ...(definitions !== undefined && { definitions }),
    ...(root !== undefined && { root }),
  });
  return { code, stdout: out.text(), stderr: err.text(), json: <T>() => JSON.parse(out.text()) as T };
}

function makeOutput(isTTY: boolean, columns?: number) {
  let text = '';
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    text += chunk.toString();
    done();
  };
  return {
    stream: Object.assign(new Writable({ write }), { isTTY, ...(columns !== undefined && { columns }) }),
    text: () => text,
  };
}

/** What a terminal gets, with its control character as text: a regular expression may not hold it. */
export const visible = (text: string): string => text.replaceAll('\u001b', '␛');
