import { consumer } from '#sluice/engine';
import { probeCrash } from '../probe/definition.ts';
import { perform } from '../probe/perform.ts';

export const handler = consumer(probeCrash, perform);
