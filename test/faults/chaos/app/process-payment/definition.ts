import { processPayment as real } from '../../../../../functions/process-payment/definition.ts';
import { inHaste } from '../definitions.ts';

export const definition = inHaste(real);
