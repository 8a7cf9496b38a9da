import { FULL_CPU_MB } from '../cost/model.ts';

export const SIZES_MB = [128, 256, 512, 1024, FULL_CPU_MB] as const;

/** Of a core. */
export const shareOf = (memoryMb: number): number => Math.min(1, memoryMb / FULL_CPU_MB);

export const BATCH = 10;
/** Of a job that waits. */
export const JOB_MS = 100;
/** A round trip to DynamoDB. */
export const LATENCY_MS = 4;
