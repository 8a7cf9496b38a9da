// For `node --import`: the command without the verbs of the console, or with them, and what its process took.
import { registerHooks } from 'node:module';

const NEW = /\/bin\/cli\/verbs\/(console|mcp|completion)\.ts$/;
const isWithout = process.env.SLUICE_BENCH_VERBS === 'without';

registerHooks({
  load(url, context, next) {
    const verb = isWithout ? NEW.exec(url)?.[1] : undefined;
    if (verb === undefined) return next(url, context);
    return { format: 'module', source: `export const ${verb}Verb = () => {};`, shortCircuit: true };
  },
});

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write(`cpu ${user + system}\n`);
});
