import { consumer } from '#sluice/engine';
import { perform } from '../../../../../functions/send-email/perform.ts';
import { chaotic } from '../chaotic.ts';
import { sendEmail } from '../definitions.ts';

export const handler = consumer(sendEmail, chaotic(perform));
