import { consumer } from '#sluice/engine';
import { upload } from './definition.ts';

export const handler = consumer(upload, async ({ key, size }) => ({ key, size }));
