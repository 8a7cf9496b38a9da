import { consumer } from '#sluice/engine';
import { probeSerial } from '../probe/definition.ts';
import { perform } from '../probe/perform.ts';

export const handler = consumer(probeSerial, perform);
