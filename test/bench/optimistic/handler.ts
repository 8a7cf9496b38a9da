import { consumer } from '#sluice/engine';
import { perform } from '../job/perform.ts';
import { optimisticBench } from './definition.ts';

export const handler = consumer(optimisticBench, perform);
