import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localEnv, writeLocalEnv } from '../../../localstack/local-env.ts';
import { workFolder } from '../../../localstack/places.ts';

const at = (port: number) => ({ env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: 'us-east-1' } });
const fileOf = async (test: string) => join(await workFolder('local-env', test), 'local.env');

describe('the file of a local stage', () => {
  it('names it, and goes with it', async () => {
    const file = await fileOf('alone');
    const lines: string[] = [];
    const remove = await writeLocalEnv(at(4580), 'dev', { file, say: (line) => lines.push(line) });
    expect(await readFile(file, 'utf8')).toBe(localEnv(at(4580), 'dev'));
    expect(lines).toEqual([]);
    await remove();
    expect(existsSync(file)).toBe(false);
  });

  it('stays with the first of two, which a second one says', async () => {
    const file = await fileOf('second');
    const first = localEnv(at(4580), 'dev');
    await writeFile(file, first);
    const lines: string[] = [];
    const remove = await writeLocalEnv(at(5000), 'dev', { file, say: (line) => lines.push(line) });
    expect(lines.join('\n')).toMatch(/^stage dev is up already, at http:\/\/127.0.0.1:4580: .*\n.*127.0.0.1:5000'$/);
    await remove();
    expect(await readFile(file, 'utf8')).toBe(first);
  });

  it('gives a shell nothing of a stage that has ended, and says so', async () => {
    const file = await fileOf('ended');
    const sourced = (text: string) => {
      writeFileSync(file, text);
      const { stdout, stderr } = spawnSync('sh', ['-c', `. "${file}" && echo "$AWS_ENDPOINT_URL"`], {
        env: {},
        encoding: 'utf8',
      });
      return [stdout, stderr];
    };
    const text = localEnv(at(4580), 'dev');
    expect(sourced(text)).toEqual(['http://127.0.0.1:4580\n', '']);
    expect(sourced(text.replaceAll(String(process.pid), '4194305'))).toEqual([
      '\n',
      'the local stage of this file has ended: npm run local starts one\n',
    ]);
  });

  it('of a process that was killed is replaced', async () => {
    const file = await fileOf('killed');
    await writeFile(file, localEnv(at(4580), 'dev').replace(/^# process \d+/, '# process 4194305'));
    await writeLocalEnv(at(5000), 'dev', { file, say: expect.fail });
    expect(await readFile(file, 'utf8')).toMatch(/127.0.0.1:5000/);
  });
});
