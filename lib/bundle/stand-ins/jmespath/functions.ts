/** Made by every `IdempotencyConfig`, used only where an event is searched: see index.ts beside it. */
export class PowertoolsFunctions {}
