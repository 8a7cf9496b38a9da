// For `node --import`: the command knows the tests' own job types, not those of the checkout.
import * as module from 'node:module';

const own = new URL('catalogue.ts', import.meta.url).href;
const catalogue = new URL('../../../functions/index.ts', import.meta.url).href;

// An older Node only starts the checkout's own, which has it.
module.registerHooks?.({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    return found.url === catalogue ? { ...found, url: own } : found;
  },
});
