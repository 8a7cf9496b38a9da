import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { bundle, WITH_S3 } from '../../../lib/bundle/bundle.ts';
import { workFolder } from '../../../localstack/places.ts';
import { PLAIN } from '../../bench/released-bundles.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

it('a bundle holds S3 only where its stage keeps payloads there', async () => {
  const made = async (define = {}) => bundle(join(ROOT, PLAIN), { absWorkingDir: ROOT, define });
  const [plain, withS3] = [await made(), await made(WITH_S3)];
  const kilobytes = (withS3.code.byteLength - plain.code.byteLength) / 1024;
  console.log(
    `  what reads S3 adds ${kilobytes.toFixed(0)} KB to a bundle of ${(plain.code.byteLength / 1024).toFixed(0)} KB`,
  );
  const holds = ({ metafile }: typeof plain) => Object.keys(metafile.inputs).filter((path) => /client-s3\//.test(path));
  expect(holds(plain)).toEqual([]);
  expect(holds(withS3)).not.toEqual([]);
  const text = new TextDecoder().decode(plain.code);
  for (const word of ['the payload is gone', 'lies in S3', 'S3Client'])
    expect([word, text.includes(word)]).toEqual([word, false]);
  expect(kilobytes).toBeLessThan(400);
});

it.each([
  ['no answers', '', []],
  ['stepFunctions', "answers: ['stepFunctions'],", ['client-sfn']],
  ['durableFunctions', "answers: ['durableFunctions:order-flow'],", ['client-lambda']],
])('a bundle of a type with %s holds these clients of those who may wait', async (name, answers, clients) => {
  const entry = join(await workFolder('answers'), `${name.replace(' ', '-')}.ts`);
  await writeFile(
    entry,
    `import * as z from '${ROOT}node_modules/zod';
     import { defineJob } from '${ROOT}lib/contract/index.ts';
     import { consumer } from '${ROOT}lib/engine/index.ts';
     const definition = defineJob({ type: 'a', payload: z.string(), handsOn: [], ${answers} });
     export const handler = consumer(definition, () => undefined);`,
  );
  const { code, metafile } = await bundle(entry, { absWorkingDir: ROOT });
  console.log(`  with ${name}: ${(code.byteLength / 1024).toFixed(0)} KB`);
  const inputs = Object.keys(metafile.inputs);
  const held = ['client-sfn', 'client-lambda'].filter((one) =>
    inputs.some((path) => path.includes(`@aws-sdk/${one}/`)),
  );
  expect(held).toEqual(clients);
});
