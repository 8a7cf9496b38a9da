#!/usr/bin/env bash
# Powertools metrics: the hundredth value of a metric ends the line, and the dimensions that were added go with it.
#
# One would guess: values are kept until they are published, all with the dimensions that were added before.
# What happens:    100 values of one metric write the line at once and clear what was added. Values 1 to 100 have the
#                  dimension `tenant`, all later ones have not. Nothing is logged about it. `setDefaultDimensions` stays.
# Seen with:       @aws-lambda-powertools/metrics 2.36.0, Node 20.20.2, 2026-11-29. The output is `expected` below.
# What it means:   an invocation with a batch window can have thousands of SQS messages. The counts for each tenant are
#                  right up to a hundred, and too low beyond; an alarm on a tenant's metric sees too little. Use default
#                  dimensions, or one metric object for each value of a dimension.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error @aws-lambda-powertools/metrics@2.36.0 > /dev/null

cat > program.js <<'JS'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

const metrics = new Metrics({ namespace: 'Jobs', serviceName: 'orders' });
metrics.addDimension('tenant', 'a');
for (let i = 0; i < 250; i++) metrics.addMetric('Waited', MetricUnit.Milliseconds, i);
metrics.publishStoredMetrics();
JS

cat > lines.js <<'JS'
import { createInterface } from 'node:readline';

for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text);
  const [{ Dimensions }] = line._aws.CloudWatchMetrics;
  console.log(`${line.Waited.length} values by ${Dimensions[0].join(' and ')}`);
}
JS

expected='100 values by service and tenant
100 values by service
50 values by service'
seen=$(node --no-warnings program.js | node lines.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
