import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeBundle } from '../../../lib/bundle/write-bundle.ts';
import { writeRequested } from '../../../lib/bundle/write-bundles.ts';
import { dependency, project } from './support.ts';

const ROOT = join(import.meta.dirname, '../../..');
const handler = 'export const handler = async () => undefined;\n';
const OPTIONS = { map: 'beside' } as const;

it('functions that are bundled side by side are, byte for byte, what each is alone', async () => {
  const own = project({
    'page/handler.ts': `import { readFileSync } from 'node:fs';\nreadFileSync(new URL('./a.html', import.meta.url));\n${handler}`,
    'page/a.html': 'a',
    // It needs what is cut from others: its bundle has another shape.
    'schemas/handler.ts': `import { toJSONSchema, z } from 'zod';\nconsole.log(toJSONSchema(z.object({})));\n${handler}`,
    'plain/handler.ts': `import lazy from 'lazy';\nclass Named {}\nconsole.log(lazy, Named);\n${handler}`,
    ...dependency('lazy', 'module.exports = 1;'),
  });
  const entries = [
    join(ROOT, 'functions/send-email/handler.ts'),
    ...['page', 'schemas', 'plain'].map((name) => join(own, name, 'handler.ts')),
  ];
  const folders = entries.map((_, i) => join(own, '.together', String(i)));
  const answers = await writeRequested(
    entries.map((entry, i) => ({ entry, folder: folders[i] ?? '', options: OPTIONS })),
  );
  for (const [i, entry] of entries.entries()) {
    const alone = join(own, '.alone', String(i));
    expect(answers[i]).toEqual({ written: await writeBundle(entry, alone, OPTIONS) });
    for (const file of ['index.mjs', 'index.mjs.map']) {
      expect(
        readFileSync(join(folders[i] ?? '', file), 'utf8') === readFileSync(join(alone, file), 'utf8'),
        entry,
      ).toBe(true);
    }
  }
  expect(readFileSync(join(folders[1] ?? '', 'a.html'), 'utf8')).toBe('a');
}, 120_000);

it('one that cannot be bundled says so, and the others are bundled', async () => {
  const own = project({
    'good/handler.ts': handler,
    'bad/handler.ts': `import './missing.ts';\n${handler}`,
    'alike/handler.ts': `import './missing.ts';\n${handler}`,
  });
  const requests = ['good', 'bad', 'alike'].map((name) => ({
    ...{ entry: join(own, name, 'handler.ts'), folder: join(own, '.out', name) },
    options: {},
  }));
  const [good, bad, alike] = await writeRequested(requests);
  expect(good).toMatchObject({ written: { warnings: [] } });
  expect(bad).toEqual({
    failure: expect.stringMatching(/bad\/handler\.ts:\d+:8: Could not resolve "\.\/missing\.ts"/),
  });
  expect(alike).toEqual({ failure: expect.stringMatching(/alike\/handler\.ts:\d+:8/) });
});
