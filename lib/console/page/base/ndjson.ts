/**
 * The values of a body of NDJSON, one for each line, as they arrive. An empty line is passed over. A last line without its end counts.
 *
 * @throws SyntaxError if a line is no JSON
 */
export async function* valuesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
      rest = done ? '' : (lines.pop() ?? '');
      for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
      if (done) return;
    }
  } finally {
    // The reader of the values may go before the end: the server stops reading then, too.
    await reader.cancel().catch(() => undefined);
  }
}
