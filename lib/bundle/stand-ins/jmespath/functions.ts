/** Every `IdempotencyConfig` creates this; only a search in an event would use it. See index.ts in this folder. */
export class PowertoolsFunctions {}
