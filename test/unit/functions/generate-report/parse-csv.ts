/**
 * Reads CSV as RFC 4180 has it, and nothing more generous.
 *
 * @throws SyntaxError where a line does not end in CRLF, or a quote, CR or LF stands in a field without quotes
 */
export function parseCsv(text: string): string[][] {
  const field = /(?:"(?<quoted>(?:[^"]|"")*)"|(?<plain>[^",\r\n]*))(?<end>,|\r\n)/y;
  const rows: string[][] = [];
  let row: string[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const { quoted, plain = '', end } = field.exec(text)?.groups ?? {};
    if (end === undefined) throw new SyntaxError(`no CSV at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
