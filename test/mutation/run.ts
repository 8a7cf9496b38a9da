import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { type Outcome, page } from './page.ts';

/**
 * `npm run mutation -- --room lib/operator [--write] [--force]`: plants every mistake that Stryker knows into a room, one at a time,
 * and runs the room's own tests on each, in a process that is kept (`warm-runner.ts`). It prints the score of each file and
 * every mistake that no test found; `--write` puts them into `test/mutation/<room>.md`, `--force` forgets what earlier runs found.
 *
 * A room is a folder, or a file, of `lib/operator`, `bin/cli` or any other room whose tests run in one process. What is
 * evaluated once, when a module loads, is left out: each such mutant would need a process of its own.
 */
const { values } = parseArgs({
  options: {
    room: { type: 'string' },
    write: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
  },
});
if (values.room === undefined || !/^(lib|bin)\//.test(values.room)) {
  throw new RangeError(`--room must be a folder as lib/operator or bin/cli, got ${values.room}`);
}
const room = values.room.replace(/\/$/, '');
process.env.SLUICE_MUTATION_ROOM = room;

const results = await new Stryker({
  mutate: [room.endsWith('.ts') ? room : `${room}/**/*.ts`],
  testRunner: 'warm',
  plugins: ['./test/mutation/warm-runner.ts', './test/mutation/left-out.ts'],
  ignorers: ['left-out'],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  concurrency: 1,
  disableTypeChecks: false,
  reporters: ['progress-append-only'],
  tempDirName: '.stryker-tmp',
  // What a run has found is kept: the next tries only what changed since, or what a new or changed test may find.
  incremental: true,
  incrementalFile: `.sluice/mutation/${room.split('/').slice(0, 2).join('-')}.json`,
  force: values.force,
  // What no test of a room needs.
  ignorePatterns: ['cdk.out', '.sluice', 'dist', 'findings', '.git'],
  // A mistake that starves the event loop: this process ends, and another begins.
  timeoutMS: 5000,
  timeoutFactor: 1,
}).runMutationTest();

const inRoom = (file: string) => file === room || file.startsWith(`${room}/`);
const outcomes = results
  .map((result) => ({ ...result, file: relative(process.cwd(), result.fileName) }))
  .filter(({ file }) => inRoom(file))
  .map(({ file, status, location: { start, end }, mutatorName, replacement = '' }): Outcome => {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .slice(start.line - 1, end.line);
    const [first = ''] = lines;
    const last = lines.pop() ?? '';
    const original = [...lines, last.slice(0, end.column - 1)].join('\n').slice(start.column - 1);
    return { file, status, line: start.line, mutatorName, source: first.trim(), original, replacement };
  });
const text = page(room, outcomes);
console.log(text);
if (values.write) writeFileSync(new URL(`${room.replaceAll('/', '-')}.md`, import.meta.url), text);
