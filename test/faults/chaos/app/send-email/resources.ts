export { resources } from '../../../../../functions/send-email/resources.ts';
