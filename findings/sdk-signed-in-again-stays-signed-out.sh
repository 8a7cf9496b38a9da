#!/usr/bin/env bash
# AWS SDK for JavaScript v3: a process that has read ~/.aws once keeps it. New clients do not see a renewed profile.
#
# One would guess: whoever signs in again, or has a tool write new temporary keys into the profile, makes new clients and
#                  goes on. An older client may keep its keys; a new one reads the files.
# What happens:    the files are read once a process, and kept by their paths. A client that is made after the change still
#                  resolves the old keys, and is refused with ExpiredToken until the process is started again. A provider
#                  with `ignoreCache: true` reads the files anew, and so does a client that is made with it.
# Seen with:       @aws-sdk/client-sqs 3.1164.0, Node 20 and 24, 2026-11-30. The output is `expected` below.
# What it means:   a tool that stays open for hours (a console, a watch, a worker on a laptop) makes its clients anew with
#                  `ignoreCache: true` once AWS says that a token has expired. Only making them anew is not enough.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error @aws-sdk/client-sqs@3.1164.0 > /dev/null

cat > program.js <<'JS'
import { writeFileSync } from 'node:fs';
import { SQSClient } from '@aws-sdk/client-sqs';

const signIn = (name) =>
  writeFileSync(
    process.env.AWS_SHARED_CREDENTIALS_FILE,
    `[work]\naws_access_key_id = ${name}\naws_secret_access_key = s\naws_session_token = t\n`,
  );
const config = { profile: 'work', region: 'eu-west-1' };
const keyOf = async (client) => (await client.config.credentials()).accessKeyId;

signIn('MORNING');
const first = new SQSClient(config);
console.log('first client:', await keyOf(first));
signIn('EVENING');
console.log('the same client:', await keyOf(first));
console.log('a new client:', await keyOf(new SQSClient(config)));
console.log('a new one with ignoreCache:', await keyOf(new SQSClient({ ...config, ignoreCache: true })));
console.log('a new one after that:', await keyOf(new SQSClient(config)));
JS

expected='first client: MORNING
the same client: MORNING
a new client: MORNING
a new one with ignoreCache: EVENING
a new one after that: EVENING'
seen=$(env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_SESSION_TOKEN -u AWS_PROFILE \
  AWS_SHARED_CREDENTIALS_FILE="$folder/credentials" AWS_CONFIG_FILE="$folder/config" node --no-warnings program.js)
if [ "$seen" != "$expected" ]; then
  printf 'changed: expected\n%s\nsaw\n%s\n' "$expected" "$seen" >&2
  exit 1
fi
echo "$seen"
