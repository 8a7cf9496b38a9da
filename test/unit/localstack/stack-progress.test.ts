import { expect, it } from 'vitest';
import { stackProgress } from '../../../localstack/stack-progress.ts';

it('a deploy says a line for its synth and a line a stack, as each ends', () => {
  const lines: string[] = [];
  let atMs = 0;
  const take = stackProgress(
    (line) => lines.push(line),
    () => atMs,
  );
  take('✨  Synthesis time: 8.88s');
  expect(lines.splice(0)).toEqual(['synthesised  9 s']);
  take('sluice-dev-core: start: Building sluice-dev-core Template');
  take('sluice-dev-core: deploying... [1/3]');
  take('sluice-dev-core |  0/31 | 12:00:00 | CREATE_IN_PROGRESS | AWS::SQS::Queue | Jobs');
  atMs = 9_000;
  take('sluice-dev-hello: deploying... [2/3]');
  atMs = 14_400;
  take(' ✅  sluice-dev-core');
  expect(lines).toEqual(['sluice-dev-core  14 s']);
  atMs = 21_000;
  take(' ✅  sluice-dev-hello');
  take(' ✅  sluice-dev-mail (no changes)');
  take(' ❌  sluice-dev-late failed: ToolkitError: it is broken');
  expect(lines.slice(1)).toEqual(['sluice-dev-hello  12 s', 'sluice-dev-mail  no changes', 'sluice-dev-late  failed']);
});
