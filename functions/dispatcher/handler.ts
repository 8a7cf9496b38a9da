import { dispatcher } from '../../lib/engine/dispatcher.ts';

export const handler = dispatcher();
