import type { Command } from 'commander';
import { setRunning } from '../../lib/operator/index.ts';
import { type Run, runs, typeArgument } from './verb.ts';

/** Makes a command start (`running`) or stop starting the jobs of a type: `resume` and `pause`. */
export function switchesRunning(command: Command, run: Run, running: boolean): Command {
  command.addArgument(typeArgument()).option('--no-wait', 'do not wait until Lambda has done it, up to a minute');
  return runs<{ wait: boolean }>(command, run, async ({ stage, print }, [type = ''], { wait }) => {
    const switched = await setRunning(stage, type, { running, wait });
    if (print.result(switched)) return undefined;
    print.line(`${type} is ${switched.state}${switched.changed ? '' : ' already'}`);
    return undefined;
  });
}
