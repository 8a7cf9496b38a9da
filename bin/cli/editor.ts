import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indented } from '../../lib/operator/index.ts';
import { canAsk } from './ask.ts';
import type { Host } from './host.ts';
import { fromUtf8, UsageError } from './options.ts';

/**
 * Opens a message body in `$VISUAL` or `$EDITOR`, in a file that only its owner can read.
 *
 * @returns the text as it was saved
 * @throws UsageError without a terminal, if the editor fails, or if nothing was changed
 */
export async function edited(body: string, host: Host): Promise<string> {
  if (!canAsk(host))
    throw new UsageError('--edit needs a terminal; --body takes the corrected body from a file or a pipe');
  const folder = await mkdtemp(join(tmpdir(), 'sluice-edit-'));
  const file = join(folder, 'body.json');
  try {
    await writeFile(file, `${pretty(body)}\n`, { mode: 0o600 });
    const editor = host.env.VISUAL || host.env.EDITOR || 'vi';
    const child = spawn(editor, [file], { stdio: 'inherit', shell: false });
    const code = await new Promise((resolve, reject) => {
      child.on('exit', resolve);
      child.on('error', reject);
    });
    if (code !== 0) throw new UsageError(`${editor} ended with ${String(code)}: nothing was sent`);
    const after = fromUtf8('the body', await readFile(file));
    if (after.trim() === pretty(body).trim()) throw new UsageError('nothing was changed: nothing was sent');
    return after;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function pretty(body: string): string {
  try {
    JSON.parse(body);
    return indented(body);
  } catch {
    return body;
  }
}
