export { resources } from '../../../../../functions/generate-report/resources.ts';
