import { consumer } from '#sluice/engine';
import { order } from './definition.ts';

export const handler = consumer(order, async ({ n }) => ({ n }));
