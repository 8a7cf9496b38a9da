/**
 * Replaces `@aws-lambda-powertools/jmespath` in a deployed bundle. Powertools' idempotency can find its key in an event by
 * JMESPath, but Sluice gives it the key. If a handler needs JMESPath, remove the line of this folder from
 * `lib/bundle/form.ts`.
 */
export function search(): never {
  throw new Error('JMESPath is left out of the bundle: see lib/bundle/form.ts, STAND_INS');
}
