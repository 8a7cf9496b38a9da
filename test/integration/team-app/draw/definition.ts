import * as z from 'zod';
import { defineJob } from '#sluice/contract';

export const draw = defineJob({ type: 'draw', payload: z.object({ width: z.int() }) });
