import { consumer } from '#sluice/engine';
import { invoice } from './definition.ts';

export const handler = consumer(invoice, async ({ n }) => ({ n }));
