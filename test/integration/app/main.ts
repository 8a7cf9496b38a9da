import { readFileSync } from 'node:fs';
import { buildApp } from '#sluice/infra';
import { probeSource } from './source.ts';

const cdkJson = readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8');
const { context } = JSON.parse(cdkJson) as { context: Record<string, unknown> };

buildApp({ ...probeSource, props: { context } });
