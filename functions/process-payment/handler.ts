import { consumer } from '#sluice/engine';
import { processPayment } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(processPayment, perform);
