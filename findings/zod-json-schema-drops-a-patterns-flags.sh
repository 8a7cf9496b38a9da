#!/usr/bin/env bash
# zod: the JSON Schema of a case-insensitive pattern is case-sensitive, so a sender refuses what the receiver takes.
#
# One would guess: what JSON Schema cannot say is left out or refused. `z.toJSONSchema` throws for a bigint or a date, so a
#                  schema that it does write accepts at least what zod accepts.
# What happens:    the pattern of `regex(/^ord-[a-z]+$/i)` is written without its flag, and nothing says so. Ajv refuses
#                  "ORD-A", which zod takes. The same with `s`.
# Seen with:       zod 4.6.7, ajv 8.17.1, Node 20.20.2, 2026-11-30. The output is `expected` below.
# What it means:   a schema that is printed for producers in other languages refuses good jobs before they are sent. Leave
#                  a pattern with a flag out of the printed schema, or write both cases into it: `[A-Za-z]`.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error zod@4.6.7 ajv@8.17.1 > /dev/null

cat > program.js <<'JS'
import Ajv from 'ajv/dist/2020.js';
import * as z from 'zod';

const cases = {
  i: [/^ord-[a-z]+$/i, 'ORD-A'],
  s: [/^line.line$/s, 'line\nline'],
  none: [/^ord-[a-z]+$/, 'ord-a'],
};
for (const [flag, [pattern, text]] of Object.entries(cases)) {
  const schema = z.string().regex(pattern);
  const printed = z.toJSONSchema(schema);
  const takes = new Ajv().compile(printed);
  console.log(`${flag}: ${printed.pattern} zod ${schema.safeParse(text).success}, ajv ${takes(text)}`);
}
try {
  z.toJSONSchema(z.date());
} catch (error) {
  console.log(`a date: ${error.message}`);
}
JS

expected='i: ^ord-[a-z]+$ zod true, ajv false
s: ^line.line$ zod true, ajv false
none: ^ord-[a-z]+$ zod true, ajv true
a date: Date cannot be represented in JSON Schema'
seen=$(node --no-warnings program.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
