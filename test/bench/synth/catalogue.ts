import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The job types that are copied, and what their definitions are called. */
const KINDS = {
  'send-email': 'sendEmail',
  'process-payment': 'processPayment',
  'sync-data': 'syncData',
  'generate-report': 'generateReport',
};

/**
 * Writes a CDK app of so many job types: copies of a checkout's own, each under a name of its own, with its resources.
 *
 * @param checkout  its packages are installed
 * @param folder  new; what a synth keeps stays in it
 * @returns the app's file, which prints the time of its parts as JSON
 */
export function writeCatalogue(checkout: string, folder: string, types: number): string {
  const names = Object.keys(KINDS);
  const copies = Array.from({ length: types }, (_, i) => {
    const kind = names[i % names.length] ?? '';
    return { kind, type: `${kind}-${String(i).padStart(3, '0')}` };
  });
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  // Each package by itself: what is kept in node_modules/.cache is this catalogue's alone.
  for (const name of readdirSync(join(checkout, 'node_modules')).filter((one) => !one.startsWith('.'))) {
    symlinkSync(join(checkout, 'node_modules', name), join(folder, 'node_modules', name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const copy of copies) writeCopy(checkout, join(folder, copy.type), copy);
  writeFileSync(join(folder, 'app.ts'), appOf(checkout, copies));
  return join(folder, 'app.ts');
}

interface Copy {
  readonly kind: string;
  readonly type: string;
}

function writeCopy(checkout: string, to: string, { kind, type }: Copy): void {
  const from = join(checkout, 'functions', kind);
  const { imports = {} } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as {
    imports?: Record<string, string>;
  };
  mkdirSync(to);
  for (const file of readdirSync(from)) {
    const text = readFileSync(join(from, file), 'utf8')
      .replace(/'(#sluice\/\w+)'/g, (_, name: string) => `'${join(checkout, imports[name] ?? '')}'`)
      .replace(/'(\.\.\/[^']+)'/g, (_, path: string) => `'${resolve(from, path)}'`);
    writeFileSync(join(to, file), named(file, text, { kind, type }));
  }
}

/** What a definition and its resources call their own. */
function named(file: string, text: string, { kind, type }: Copy): string {
  if (file === 'definition.ts') return text.replace(`'${kind}'`, `'${type}'`);
  if (file !== 'resources.ts') return text;
  return text.replaceAll('-records', `-records-${type}`).replaceAll('/stripe-api-key', `/stripe-${type}`);
}

const appOf = (checkout: string, copies: readonly Copy[]) => `
import { readFileSync } from 'node:fs';
import { buildApp } from '${checkout}/lib/infra/app.ts';

const load = (path) => import(new URL(path, import.meta.url).href);
const jobs = [];
for (const [definition, type] of ${JSON.stringify(copies.map(({ kind, type }) => [KINDS[kind as keyof typeof KINDS], type]))}) {
  const entry = new URL(type + '/handler.ts', import.meta.url).pathname;
  const { resources } = await load(type + '/resources.ts');
  jobs.push({ definition: (await load(type + '/definition.ts'))[definition], entry, resources });
}
const { context } = JSON.parse(readFileSync('${checkout}/cdk.json', 'utf8'));
const settings = { stage: 'prod', emailSender: 'jobs@example.com' };
const app = buildApp({
  jobs,
  dispatcherEntry: '${checkout}/functions/dispatcher/handler.ts',
  props: { context: { ...context, ...settings }, outdir: 'cdk.out' },
});
app.synth();
`;
