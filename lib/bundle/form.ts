/**
 * esbuild options for a function's code, used by its stack and by a reload on this machine. The bundle is one file and
 * includes the AWS SDK, so that the versions that were tested are the versions that run.
 */
export const BUNDLE_FORM = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  // The default, `main` first, would take the CommonJS builds: 46 % more bytes.
  mainFields: ['module', 'main'],
  target: 'node24',
  minify: true,
  // Node prints the source line of an error that ends a process: of one that is the whole file, it would be 145,904 characters.
  lineLimit: 200,
  define: {
    // `on` for job types with tracing. With `off`, esbuild drops the branch that imports the tracer, and the tracer with it.
    'process.env.SLUICE_TRACING': '"off"',
    // `on` for job types that read S3, in the same way.
    'process.env.SLUICE_S3': '"off"',
    // What CommonJS packages find beside them is in the bundle's folder, if it is anywhere.
    __dirname: 'import.meta.dirname',
    __filename: 'import.meta.filename',
  },
  // Packages that are still CommonJS call `require` for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
} as const;
