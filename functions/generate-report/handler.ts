import { consumer } from '#sluice/engine';
import { generateReport } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(generateReport, perform);
