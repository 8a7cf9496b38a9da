import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

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
  // `on` for job types with tracing. With `off`, esbuild drops the branch that imports the tracer, and the tracer with it.
  define: { 'process.env.SLUICE_TRACING': '"off"' },
  // Packages that are still CommonJS call `require` for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  // A source map costs memory and start time. A stack trace of one file with its names kept is readable without one.
  sourcemap: false,
} as const;

const standIn = (name: string) => fileURLToPath(new URL(`stand-ins/${name}`, import.meta.url));
/** With this file's ending: `.ts` in a checkout, `.js` in the compiled package. */
const standInFile = (name: string) => `${standIn(name)}${extname(import.meta.url)}`;

/** Parts of packages that a function on Lambda never uses, and the stand-in for each. Each file says why it is safe. */
export const STAND_INS: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-node': standInFile('credentials'),
  '@aws-sdk/middleware-endpoint-discovery': standInFile('endpoint-discovery'),
  '@smithy/core/event-streams': standInFile('event-streams'),
  '@aws-sdk/signature-v4-multi-region': standInFile('signature-v4-multi-region'),
  '@aws-lambda-powertools/jmespath': standIn('jmespath'),
};
