import { consumer } from '#sluice/engine';
import { bench } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(bench, perform);
