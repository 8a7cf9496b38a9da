// Node as where the protocol's SDK is not installed.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('@modelcontextprotocol/')) return next(specifier, context);
    throw Object.assign(new Error("Cannot find package '@modelcontextprotocol/sdk' imported from here"), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
  },
});
