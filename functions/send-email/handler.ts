import { consumer } from '#sluice/engine';
import { sendEmail } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(sendEmail, perform);
