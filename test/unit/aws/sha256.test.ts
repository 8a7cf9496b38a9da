import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { Sha256 } from '../../../lib/aws/sha256.ts';

const PARTS = ['', 'a', 'für', '\ud800', Buffer.from([0, 255, 128]), new Uint8Array(300).fill(7)];
const SECRETS = ['secret', 'another', Buffer.from('secret'), new Uint8Array(32).fill(1), new Uint8Array(80).fill(2)];

async function digestOf(secret: string | Uint8Array | undefined, parts: readonly (string | Uint8Array)[]) {
  const made = new Sha256(secret);
  for (const part of parts) made.update(part);
  return Buffer.from(await made.digest()).toString('hex');
}

test('a hash is Node’s, of one part and of several', async () => {
  expect(await digestOf(undefined, [])).toBe(createHash('sha256').digest('hex'));
  for (const first of PARTS) {
    expect(await digestOf(undefined, [first])).toBe(createHash('sha256').update(first).digest('hex'));
    for (const second of PARTS) {
      const whole = createHash('sha256').update(first).update(second).digest('hex');
      expect(await digestOf(undefined, [first, second])).toBe(whole);
    }
  }
});

test('an HMAC is Node’s, whatever secret came before', async () => {
  for (let round = 0; round < 2; round++) {
    for (const secret of SECRETS) {
      for (const part of PARTS) {
        expect(await digestOf(secret, [part])).toBe(createHmac('sha256', secret).update(part).digest('hex'));
      }
    }
  }
});

test('views and buffers are the bytes that they show', async () => {
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const made = new Sha256();
  made.update(new DataView(bytes.buffer, 1, 2));
  made.update(bytes.buffer);
  const expected = createHash('sha256')
    .update(Buffer.from([2, 3, 1, 2, 3, 4]))
    .digest('hex');
  expect(Buffer.from(await made.digest()).toString('hex')).toBe(expected);
  made.reset();
  expect(Buffer.from(await made.digest()).toString('hex')).toBe(createHash('sha256').digest('hex'));
});
