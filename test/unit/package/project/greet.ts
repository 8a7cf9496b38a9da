import { defineJob } from 'sluice/contract';
import * as z from 'zod';

export const greet = defineJob({ type: 'greet', payload: z.strictObject({ name: z.string().default('you') }) });
