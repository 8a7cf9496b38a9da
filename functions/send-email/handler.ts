import { consumer } from '../../lib/engine/consumer.ts';
import { sendEmail } from './definition.ts';
import { perform } from './perform.ts';

export const handler = consumer(sendEmail, perform);
