import { consumer } from '#sluice/engine';
import { probe } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(probe, perform);
