import { consumer } from '../../lib/engine/consumer.ts';
import { syncData } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(syncData, perform);
