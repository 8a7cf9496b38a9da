import { generateReport as real } from '../../../../../functions/generate-report/definition.ts';
import { inHaste } from '../definitions.ts';

export const definition = inHaste(real);
