/**
 * How a function's code is bundled, wherever that happens: by its stack, and by a reload on this machine. One file of its
 * own, the AWS SDK included: the versions that were tested are the versions that run.
 */
export const BUNDLE_FORM = {
  format: 'esm',
  mainFields: ['module', 'main'],
  target: 'node24',
  minify: true,
  // The class names of errors end up in dead letters, alarms and logs: they must survive minifying.
  keepNames: true,
  // Packages that are still CommonJS call `require` for Node's own modules.
  // Only where a job type is traced is it `on`: elsewhere the branch that imports the tracer, and the tracer, are left out.
  define: { 'process.env.SLUICE_TRACING': '"off"' },
  banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
} as const;
