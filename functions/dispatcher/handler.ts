// By its path: this function is built into the package, where `#sluice/engine` is not.
import { dispatcher } from '../../lib/engine/dispatcher.ts';

export const handler = dispatcher();
