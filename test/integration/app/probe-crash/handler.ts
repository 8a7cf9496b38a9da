import { consumer } from '../../../../lib/engine/consumer.ts';
import { probeCrash } from '../probe/definition.ts';
import { perform } from '../probe/perform.ts';

export const handler = consumer(probeCrash, perform);
