import { syncData as real } from '../../../../../functions/sync-data/definition.ts';
import { inHaste } from '../definitions.ts';

export const definition = inHaste(real);
