/** For the `bundle.ts` beside a handler. It loads neither esbuild nor the CDK. */

export {
  type Asset,
  type BundleOptions,
  BundleOptionsError,
  type BundleSettings,
  defineBundle,
  type FileLoader,
} from './define-bundle.ts';
