import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesIn } from '../../../bin/cli/lines.ts';

const read = async (chunks: Iterable<Buffer>) => {
  async function* all() {
    yield* chunks;
  }
  const lines: string[] = [];
  for await (const line of linesIn(all())) lines.push(line);
  return lines;
};
const readText = (text: string) => read([Buffer.from(text)]);

describe('a line', () => {
  it('ends at LF or CRLF, and nowhere else', async () => {
    const inside = '{"a":"\u2028\u2029\u0085\v\f"}\r{"b":1}';
    expect(await readText(`${inside}\n1\r\n\n2`)).toEqual([inside, '1', '', '2']);
  });

  it('is the last one, whether it ends or not', async () => {
    expect(await readText('1\n2\n')).toEqual(['1', '2']);
    expect(await readText('1\n2')).toEqual(['1', '2']);
    expect(await readText('')).toEqual([]);
  });

  it('begins behind a byte order mark, also where two files were put together', async () => {
    expect(await readText('\ufeff{"a":1}\n\ufeff{"b":"\ufeff"}\n')).toEqual(['{"a":1}', '{"b":"\ufeff"}']);
  });

  it('is the same however the bytes arrive', async () => {
    const lines = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replace(/[\r\n\ufeff]/g, '')));
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 7 }), async (given, size) => {
        const bytes = Buffer.from(given.map((line) => `${line}\n`).join(''));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        expect(await read(chunks)).toEqual(given);
      }),
    );
  });

  it.each([
    ['UTF-16', Buffer.from('\ufeff{"a":1}\n', 'utf16le'), 'line 1 is not UTF-8'],
    ['Latin-1', Buffer.from('{"a":1}\n{"a":"\u00e9"}\n', 'latin1'), 'line 2 is not UTF-8'],
  ])('of %s is refused by its number', async (_, bytes, said) => {
    await expect(read([bytes])).rejects.toThrow(said);
  });
});
