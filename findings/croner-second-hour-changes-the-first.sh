#!/usr/bin/env bash
# croner: with a second hour in the pattern, the first one runs differently on the days when the clock changes.
#
# One would guess: `30 2,14 * * *` runs whenever `30 2 * * *` does, and at 14:30 too.
# What happens:    a pattern of one hour is a fixed time: if 2:30 does not exist, it runs at 3:00; if 2:30 comes twice,
#                  it runs once. A pattern of two hours is none: the first run is dropped in spring and comes twice in
#                  autumn. `fixedTimeRule: 'no-wildcard'` treats both alike.
# Seen with:       croner 11.0.1, Node 20.20.2, 2026-11-29. The output is `expected` below.
# What it means:   "also in the afternoon, please" makes a nightly charge run twice on one day of the year. A job that a
#                  schedule sends needs a key made of the local date and hour, so that the second message is a
#                  duplicate. Do not foresee a scheduler of AWS by a library: each decides these days for itself.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error croner@11.0.1 > /dev/null

cat > program.js <<'JS'
import { Cron } from 'croner';

const timezone = 'Europe/Berlin';
const clock = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, timeStyle: 'short' });

/** The runs of a day before noon, by the clock on the wall. */
function morning(pattern, day, options) {
  const cron = new Cron(pattern, { timezone, paused: true, ...options });
  const noon = new Date(`${day}T12:00:00+01:00`);
  const runs = [];
  for (let at = cron.nextRun(new Date(`${day}T00:00:00+01:00`)); at < noon; at = cron.nextRun(at)) {
    runs.push(clock.format(at));
  }
  return runs.join(' and ') || 'none';
}

for (const day of ['2026-03-29', '2026-10-25']) {
  for (const pattern of ['30 2 * * *', '30 2,14 * * *']) console.log(`${day}, ${pattern}: ${morning(pattern, day)}`);
  console.log(`${day}, no-wildcard: ${morning('30 2,14 * * *', day, { fixedTimeRule: 'no-wildcard' })}`);
}
JS

expected='2026-03-29, 30 2 * * *: 03:00
2026-03-29, 30 2,14 * * *: none
2026-03-29, no-wildcard: 03:00
2026-10-25, 30 2 * * *: 02:30
2026-10-25, 30 2,14 * * *: 02:30 and 02:30
2026-10-25, no-wildcard: 02:30'
seen=$(node --no-warnings program.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
