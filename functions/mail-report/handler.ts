import { consumer } from '#sluice/engine';
import { mailReport } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(mailReport, perform);
