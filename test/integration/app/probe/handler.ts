import { consumer } from '../../../../lib/engine/consumer.ts';
import { probe } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(probe, perform);
