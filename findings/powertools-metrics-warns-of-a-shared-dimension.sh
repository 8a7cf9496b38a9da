#!/usr/bin/env bash
# Powertools metrics: a dimension that stands in two dimension sets brings a warning with every flush.
#
# One would guess: `addDimensions` twice, `{ Region, Shop }` and `{ Region }`, is how EMF asks for a value by shop and in
#                  sum. Both sets agree on the region, so nothing collides.
# What happens:    the blob is right, and each flush writes a warning, in plain text, that the key is defined as "both a
#                  dimension set and dimension set", as if two values fought for it.
# Seen with:       @aws-lambda-powertools/metrics 2.36.0, Node 20.20.2, 2026-11-30. The output is `expected` below.
# What it means:   a line that is no JSON for each invocation, in a log that is parsed as JSON and paid for by size. As a
#                  default dimension the same key is in both sets, and there is no warning.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error @aws-lambda-powertools/metrics@2.36.0 > /dev/null

cat > program.js <<'JS'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const [how] = process.argv.slice(2);
const metrics = new Metrics({ namespace: 'orders' });
metrics.clearDefaultDimensions();
if (how === 'default') metrics.setDefaultDimensions({ Region: 'north' });
const shared = how === 'default' ? {} : { Region: 'north' };
for (let i = 0; i < 2; i++) {
  metrics.addDimensions({ ...shared, Shop: 'a' });
  metrics.addDimensions(shared);
  metrics.addMetric('orders', MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}
JS

run() {
  node --no-warnings program.js "$1" > blobs 2> lines
  echo "$1: $(grep -o '"Dimensions":[^{]*\]\]' blobs | sort | uniq -c | sed 's/^ *//')"
  echo "$1: $(grep -c 'both a dimension set and dimension set' lines || true) warnings"
}

expected='two sets: 2 "Dimensions":[["Region","Shop"],["Region"]]
two sets: 2 warnings
default: 2 "Dimensions":[["Region","Shop"],["Region"]]
default: 0 warnings'
seen=$(
  run 'two sets'
  run default
)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
