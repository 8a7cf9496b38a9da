#!/usr/bin/env bash
# OpenTelemetry's API for JavaScript: a copy of a later minor version than the registered one makes no spans.
#
# One would guess: versions of one major go together. What a layer, a preloaded agent or another package registered with 1.9
#                  is found by a library that brings 1.10, as the API's global registry is made for.
# What happens:    the later copy takes the earlier registration for one that is not there. Its spans record nothing, and
#                  its context is the root's. Nothing is logged, since a diagnostic logger is registered in the same way.
#                  The other way round (1.9 in the code, 1.10 registered) spans are made.
# Seen with:       @opentelemetry/api 1.9.1 and 1.10.0, @opentelemetry/sdk-trace-base 2.12.1, @opentelemetry/sdk-trace
#                  3.1.1, Node 24.21.0, 2026-11-30. The output is `expected` below.
# What it means:   code that is bundled with the newest API loses all its traces beside a runtime layer that is older by one
#                  minor version. Bundle the oldest API that has what is needed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
for side in older newer; do mkdir "$side" && echo '{ "private": true, "type": "module" }' > "$side/package.json"; done
(cd older && npm install --no-audit --no-fund --loglevel=error \
  @opentelemetry/api@1.9.1 @opentelemetry/sdk-trace-base@2.12.1 > /dev/null)
(cd newer && npm install --no-audit --no-fund --loglevel=error \
  @opentelemetry/api@1.10.0 @opentelemetry/sdk-trace@3.1.1 > /dev/null)

cat > older/register.js <<'JS'
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
export const registered = trace.setGlobalTracerProvider(new BasicTracerProvider());
JS
cat > newer/register.js <<'JS'
import { trace } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
export const registered = trace.setGlobalTracerProvider(new TracerProvider());
JS
for side in older newer; do
  cat > "$side/span.js" <<'JS'
import { trace } from '@opentelemetry/api';
const span = trace.getTracer('orders').startSpan('order');
export const recorded = span.isRecording();
span.end();
JS
done
cat > program.js <<'JS'
const [registering, using] = process.argv.slice(2);
const { registered } = await import(`./${registering}/register.js`);
const { recorded } = await import(`./${using}/span.js`);
console.log(`registered by the ${registering}: ${registered}; a span of the ${using} is recorded: ${recorded}`);
JS

expected='registered by the older: true; a span of the older is recorded: true
registered by the older: true; a span of the newer is recorded: false
registered by the newer: true; a span of the older is recorded: true
registered by the newer: true; a span of the newer is recorded: true'
seen=$(for pair in 'older older' 'older newer' 'newer older' 'newer newer'; do node program.js $pair 2>&1; done)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
