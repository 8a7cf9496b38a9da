import { consumer } from '#sluice/engine';
import { probeBreaker } from '../probe/definition.ts';
import { perform } from '../probe/perform.ts';

export const handler = consumer(probeBreaker, perform);
