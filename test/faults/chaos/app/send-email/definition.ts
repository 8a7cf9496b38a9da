import { sendEmail as real } from '../../../../../functions/send-email/definition.ts';
import { inHaste } from '../definitions.ts';

export const definition = inHaste(real);
