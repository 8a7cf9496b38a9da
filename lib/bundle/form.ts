import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * How a function's code is bundled, wherever that happens: by its stack, and by a reload on this machine. One file of its
 * own, the AWS SDK included: the versions that were tested are the versions that run. See {@link bundle} for the names.
 */
export const BUNDLE_FORM = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  // The default, `main` first, would take the CommonJS builds: 46 % more bytes.
  mainFields: ['module', 'main'],
  target: 'node24',
  minify: true,
  // Only where a job type is traced is it `on`: elsewhere the branch that imports the tracer, and the tracer, are left out.
  define: { 'process.env.SLUICE_TRACING': '"off"' },
  // Packages that are still CommonJS call `require` for Node's own modules.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  // A map costs memory and start time on every error; a stack of one file with its names kept is readable enough.
  sourcemap: false,
} as const;

const standIn = (name: string) => fileURLToPath(new URL(`stand-ins/${name}`, import.meta.url));
/** JavaScript where the package was compiled, as this file is. */
const standInFile = (name: string) => `${standIn(name)}${extname(import.meta.url)}`;

/** Parts of packages that a function on Lambda never uses, and what stands in for each. Each file says why it may. */
export const STAND_INS: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-node': standInFile('credentials'),
  '@aws-sdk/middleware-endpoint-discovery': standInFile('endpoint-discovery'),
  '@smithy/core/event-streams': standInFile('event-streams'),
  '@aws-sdk/signature-v4-multi-region': standInFile('signature-v4-multi-region'),
  '@aws-lambda-powertools/jmespath': standIn('jmespath'),
};
