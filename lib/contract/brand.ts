import { quietly } from './thrown.ts';

/** The same in every copy of the package, of whatever version. */
const BRAND = Symbol.for('sluice.error');

type ErrorClass = abstract new (...args: never[]) => Error;

/**
 * Brands classes of errors, so that `instanceof` holds for the errors of another copy of the package, too: a handler and
 * the engine that runs it may each have loaded their own. A subclass that a user makes of one is not branded itself.
 *
 * @param classes by name
 */
export function brand(classes: Readonly<Record<string, ErrorClass>>): void {
  for (const [name, own] of Object.entries(classes)) {
    Object.defineProperty(own.prototype, BRAND, { value: name });
    Object.defineProperty(own, Symbol.hasInstance, {
      value(this: ErrorClass, thrown: { readonly [BRAND]?: unknown }) {
        const isInstance = Function.prototype[Symbol.hasInstance];
        return quietly(() => isInstance.call(this, thrown) || (this === own && thrown[BRAND] === name)) ?? false;
      },
    });
  }
}
