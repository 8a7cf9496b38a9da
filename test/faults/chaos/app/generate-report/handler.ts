import { consumer } from '#sluice/engine';
import { perform } from '../../../../../functions/generate-report/perform.ts';
import { chaotic } from '../chaotic.ts';
import { definition } from './definition.ts';

export const handler = consumer(definition, chaotic(perform));
