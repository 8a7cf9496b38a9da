import { UsageError } from './options.ts';

const LINE_FEED = 0x0a;

/**
 * Lines of a file or a pipe. A line ends at LF or CRLF and nowhere else: U+2028 may stand in a JSON string. A byte order mark at
 * a line's beginning is skipped.
 *
 * @throws UsageError at the first line that is not UTF-8
 */
export async function* linesIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  // Without "ignore", the decoder leaves out a mark, at the beginning of each text that it decodes.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  const decoded = (bytes: Buffer): string => {
    number += 1;
    try {
      return decoder.decode(bytes).replace(/\r$/, '');
    } catch (cause) {
      throw new UsageError(`line ${number} is not UTF-8: save the file as UTF-8. It and what follows was not read`, {
        cause,
      });
    }
  };
  let begun: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      yield decoded(Buffer.concat([...begun, chunk.subarray(from, end)]));
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  if (begun.length > 0) yield decoded(Buffer.concat(begun));
}
