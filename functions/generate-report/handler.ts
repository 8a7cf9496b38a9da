import { consumer } from '../../lib/engine/consumer.ts';
import { generateReport } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(generateReport, perform);
