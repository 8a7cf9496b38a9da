import { consumer } from '../../lib/engine/consumer.ts';
import { processPayment } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(processPayment, perform);
