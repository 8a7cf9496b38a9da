/**
 * Stands in for `@aws-lambda-powertools/jmespath` in a deployed bundle: Powertools' idempotency looks for its key in an
 * event by JMESPath, and Sluice hands it the key. A handler that wants JMESPath takes the line of this folder out of
 * `lib/bundle/form.ts`.
 */
export function search(): never {
  throw new Error('JMESPath is left out of the bundle: see lib/bundle/form.ts, STAND_INS');
}
