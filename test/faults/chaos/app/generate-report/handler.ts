import { consumer } from '#sluice/engine';
import { perform } from '../../../../../functions/generate-report/perform.ts';
import { chaotic } from '../chaotic.ts';
import { generateReport } from '../definitions.ts';

export const handler = consumer(generateReport, chaotic(perform));
