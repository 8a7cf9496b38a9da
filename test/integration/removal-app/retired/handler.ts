import { consumer } from '#sluice/engine';
import { retiredOrder } from './definition.ts';

export const handler = consumer(retiredOrder, async ({ n }) => ({ n }));
