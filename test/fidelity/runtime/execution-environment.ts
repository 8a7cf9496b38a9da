import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { killGroup } from '../../../localstack/command.ts';
import { childEnvironment, NODE_BIN } from '../../../localstack/places.ts';

/** What {@link startEnvironment} starts. */
export interface EnvironmentOptions {
  /** The runtime interface client's main file. */
  readonly client: string;
  /** Folder that holds `index.mjs`, as the function's zip does. */
  readonly task: string;
  /** Of the Runtime API. */
  readonly address: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A process as Lambda's Node 24 runtime has it: AWS's client, our bundle. */
export interface ExecutionEnvironment {
  /** Lines of output so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line that holds the text, also if it came before. */
  line(text: string): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** How the process ended: its code, or the signal that took it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  kill(): void;
}

/** Code that runs in the process before the runtime: it shows when an exit begins, which may take long to end. */
const TELL_EXIT = "process.once('exit', (code) => process.stdout.write('exiting with '.concat(code, '\\n')))";

export function startEnvironment({ client, task, address, environment }: EnvironmentOptions): ExecutionEnvironment {
  const child = spawn(join(NODE_BIN, 'node'), [client], {
    env: childEnvironment({
      // As Lambda sets them (Lambda Developer Guide, "Defined runtime environment variables").
      AWS_LAMBDA_RUNTIME_API: address,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: 'sluice-test-probe',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/sluice-test-probe',
      AWS_LAMBDA_LOG_STREAM_NAME: 'stream-1',
      LAMBDA_TASK_ROOT: task,
      _HANDLER: 'index.handler',
      TZ: ':UTC',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELL_EXIT)}`,
      ...environment,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  return { ...watchLines(child, ended), ended, signal: (name) => void child.kill(name), kill: () => killGroup(child) };
}

function watchLines(child: ChildProcess, ended: Promise<unknown>) {
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
      for (const line of parts) for (const tell of waiting) tell(line);
    });
  }
  const line = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (candidate: string) => {
        if (candidate.includes(text)) resolve(candidate);
      };
      lines.forEach(look);
      waiting.add(look);
      void ended.then(() => reject(new Error(`the process ended without "${text}":\n${lines.join('\n')}`)));
    });
  return { lines, line };
}
