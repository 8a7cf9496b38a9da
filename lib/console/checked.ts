import type * as z from 'zod';
import { refusal } from './security.ts';

/** What a route was given, checked. @throws Refusal (400) that says what is wrong, and where */
export function checked<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  const faults = error.issues.map(({ path, message }) => `${path.length === 0 ? 'it' : path.join('.')}: ${message}`);
  throw refusal(400, `the request is wrong: ${faults.join('; ')}`, 'reload the page: it may be older than its server');
}
