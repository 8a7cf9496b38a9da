import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { jobs, makeApp, plain } from '../infra/support/fixture.ts';

type Handler = () => Promise<unknown>;

const assembly = makeApp({ bundle: true, jobs: jobs.slice(0, 1) }).synth();

/** What a stack's function is deployed from. */
function bundleOf(stackName: string, made = assembly): string {
  const { Resources } = made.getStackByName(stackName).template as {
    Resources: Record<string, { Type: string; Properties: { Code: { S3Key: string } } }>;
  };
  const deployed = Object.values(Resources).find(({ Type }) => Type === 'AWS::Lambda::Function');
  const hash = deployed?.Properties.Code.S3Key.replace('.zip', '');
  return join(made.directory, `asset.${hash}`);
}

test('a function is one minified ES module that needs nothing but Node', async () => {
  const folder = bundleOf('sluice-dev-core');
  // Its map, on a disposable stage.
  expect(readdirSync(folder)).toEqual(['index.mjs', 'index.mjs.map']);
  const code = readFileSync(join(folder, 'index.mjs'), 'utf8');
  expect(code.split('\n').length).toBeLessThan(code.length / 100);
  const imports = code.matchAll(/(?:^|[;}\s])(?:import|export)[^;'"()]*?from\s*["']([^"']+)["']/g);
  const imported = [...imports].flatMap(([, name]) => name ?? []);
  expect(imported).toContain('node:crypto');
  expect(imported.filter((name) => !name.startsWith('node:') && !builtinModules.includes(name))).toEqual([]);
  const { handler } = (await import(join(folder, 'index.mjs'))) as { handler: Handler };
  expect(handler).toBeTypeOf('function');
});

test('CommonJS packages in it can still require Node’s modules', () => {
  const code = readFileSync(join(bundleOf('sluice-dev-core'), 'index.mjs'), 'utf8');
  expect(code).toMatch(
    /^import \{ createRequire \} from 'node:module'; const require = createRequire\(import\.meta\.url\)/,
  );
});

test('an error keeps the name of its class', async () => {
  const { handler } = (await import(join(bundleOf('sluice-dev-plain'), 'index.mjs'))) as { handler: Handler };
  await expect(handler()).rejects.toHaveProperty('name', 'NamedByItsClassError');
});

test('the tracer is in the bundle only if the job type is traced', () => {
  const entry = join(import.meta.dirname, '../../fidelity/runtime/traced/handler.ts');
  const traced = defineJob({ type: 'traced', payload: plain.payload, tracing: true });
  const spans = defineJob({ type: 'spans', payload: plain.payload, tracing: 'otel' });
  const all = [plain, traced, spans].map((definition) => ({ definition, entry }));
  const made = makeApp({ bundle: true, jobs: all }).synth();
  const [without = '', byXray = '', byOtel = ''] = ['plain', 'traced', 'spans'].map((type) =>
    readFileSync(join(bundleOf(`sluice-dev-${type}`, made), 'index.mjs'), 'utf8'),
  );
  const holds = (code: string) => [code.includes('AWS_XRAY_DAEMON_ADDRESS'), code.includes('opentelemetry.js.api')];
  expect([without, byXray, byOtel].map(holds)).toEqual([
    [false, false],
    [true, false],
    [false, true],
  ]);
  expect(byXray.length - without.length).toBeGreaterThan(100_000);
  // Some 100 KB of spans and their exporter.
  expect(byOtel.length - without.length).toBeLessThan(130_000);
});
