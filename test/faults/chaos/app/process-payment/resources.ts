export { resources } from '../../../../../functions/process-payment/resources.ts';
