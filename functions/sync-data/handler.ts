import { consumer } from '#sluice/engine';
import { syncData } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(syncData, perform);
