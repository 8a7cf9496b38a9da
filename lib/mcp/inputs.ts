import * as z from 'zod';
import type { DeadFilter } from '../operator/index.ts';
import { type Call, ToolUsageError } from './tool.ts';

export const type = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'a job type is 1 to 40 of a-z 0-9 -, starting with a letter')
  .describe('Job type, as send-email.');
export const key = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,250}$/, 'a key or id is 1 to 250 of A-Z a-z 0-9 _ . : -')
  .describe('The job’s key, or its id.');

/** How many entries of a list are answered. */
export const limit = (most: number, usual: number) =>
  z.int().min(1).max(most).default(usual).describe('How many at most.');

export const payload = z
  .boolean()
  .default(false)
  .describe(
    'Also what holds personal data: bodies, payloads, results. Refused unless the server was started with --payloads.',
  );

/** @throws ToolUsageError if payloads are asked for, and may not be shown */
export function payloadsOf({ payloads = false }: Call, wanted: boolean): boolean {
  if (wanted && !payloads)
    throw new ToolUsageError('payloads are not shown: the user can start the server with sluice mcp --payloads');
  return wanted;
}

const REASONS = [
  ...['PermanentError', 'AttemptsExhausted', 'InvalidMessage', 'InvalidPayload', 'Crashed', 'NotAccepted'],
  'Expired',
] as const;

/** What narrows dead jobs. All that is given must match. */
export const filter = {
  reason: z.enum(REASONS).optional().describe('What it died of.'),
  error: z.string().min(1).max(512).optional().describe('Part of the error’s name or message, in any case.'),
  sinceHours: z.number().positive().max(10_000).optional().describe('Died within so many hours.'),
  key: key.optional(),
};

export interface GivenFilter {
  readonly reason?: string | undefined;
  readonly error?: string | undefined;
  readonly sinceHours?: number | undefined;
  readonly key?: string | undefined;
}

export const filterOf = ({ reason, error, sinceHours, key }: GivenFilter, nowMs: number): DeadFilter => ({
  ...{ reason, error, key },
  sinceMs: sinceHours === undefined ? undefined : nowMs - sinceHours * 3600_000,
});
