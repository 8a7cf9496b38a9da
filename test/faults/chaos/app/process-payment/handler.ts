import { consumer } from '#sluice/engine';
import { perform } from '../../../../../functions/process-payment/perform.ts';
import { chaotic } from '../chaotic.ts';
import { processPayment } from '../definitions.ts';

export const handler = consumer(processPayment, chaotic(perform));
