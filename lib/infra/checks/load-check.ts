import { spawnSync } from 'node:child_process';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  type PolicyViolation,
  Validations,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { keptLoads } from '../../bundle/kept-loads.ts';
import type { LoadableBundle } from '../../bundle/load-bundles.ts';
import { MAPS, mapsIn, readableStack } from '../../bundle/stack.ts';
import { type TemplateView, viewTemplate } from './template-view.ts';

/** With this file's ending: `.ts` in a checkout, `.js` in the compiled package. */
const LOAD_BUNDLES = fileURLToPath(new URL(`../../bundle/load-bundles${extname(import.meta.url)}`, import.meta.url));
/** Lambda's. An older one refuses code that Lambda's takes. */
const NODE = 24;

/** A bundle, before its function's variables are known. */
type Bundle = Omit<LoadableBundle, 'environment' | 'memoryMb'>;

const checks = new WeakMap<IConstruct, Bundle[]>();

/** Has a bundle loaded when its app is synthesised, under Lambda's environment and the function's own variables. */
export function checkLoads(scope: IConstruct, bundle: Bundle): void {
  const { root } = scope.node;
  const known = checks.get(root);
  if (known !== undefined) {
    known.push(bundle);
    return;
  }
  const bundles = [bundle];
  checks.set(root, bundles);
  Validations.of(root).addPlugins(new LoadCheck(bundles));
}

/** Refuses a function that cannot be loaded: every job of it would fail, and no test before it had seen it. */
class LoadCheck implements IPolicyValidationPlugin {
  readonly name = 'Sluice: load check';
  readonly #bundles: readonly Bundle[];

  constructor(bundles: readonly Bundle[]) {
    this.#bundles = bundles;
  }

  validate({ stackTemplates }: IPolicyValidationContext): PolicyValidationPluginReport {
    const [major = 0] = process.versions.node.split('.').map(Number);
    const functions = stackTemplates.flatMap(({ templatePath }) =>
      functionsIn(viewTemplate(templatePath), templatePath),
    );
    const found = functions.flatMap((fn) => {
      const bundle = this.#bundles.find(({ functionName }) => functionName === fn.functionName);
      return bundle === undefined ? [] : [{ ...fn, bundle: { ...bundle, ...fn.settings } }];
    });
    if (major < NODE)
      return { success: true, violations: found.slice(0, 1).map((fn) => violation(fn, unchecked(major))) };
    const failures = loaded(found.map(({ bundle }) => bundle));
    const violations = found.flatMap((fn) => {
      const failure = failures[fn.functionName];
      return failure === undefined
        ? []
        : [violation(fn, { severity: 'error', what: readableStack(failure, mapsFor(fn.bundle)) })];
    });
    return { success: violations.length === 0, violations };
  }
}

/** Where the assembly keeps them: its bundles lie in `bundles/<function>`. */
const mapsFor = ({ folder }: Bundle) => mapsIn(join(folder, '../..', MAPS));

function loaded(all: readonly LoadableBundle[]): Record<string, string> {
  const kept = keptLoads();
  const bundles = all.filter((bundle) => !kept.has(bundle));
  if (bundles.length === 0) return {};
  const input = JSON.stringify(bundles);
  const { status, stdout, stderr } = spawnSync(process.execPath, [LOAD_BUNDLES], { encoding: 'utf8', input });
  if (status !== 0) throw new Error(`the bundles could not be loaded: ${stderr}`);
  const failures = JSON.parse(stdout) as Record<string, string>;
  for (const bundle of bundles) if (failures[bundle.functionName] === undefined) kept.add(bundle);
  return failures;
}

interface DeployedFunction {
  readonly functionName: string;
  readonly id: string;
  readonly templatePath: string;
  readonly settings: Pick<LoadableBundle, 'environment' | 'memoryMb'>;
}

const functionsIn = (view: TemplateView, templatePath: string): DeployedFunction[] =>
  view.ofType('AWS::Lambda::Function').map(({ id, properties }) => {
    const { FunctionName, Environment, MemorySize } = properties;
    const { Variables = {} } = (Environment ?? {}) as { Variables?: Record<string, unknown> };
    const variables = Object.entries(Variables).map(([name, value]) => [name, variableValue(name, value)]);
    const settings = { environment: Object.fromEntries(variables), memoryMb: Number(MemorySize ?? 128) };
    return { functionName: String(FunctionName), id, templatePath, settings };
  });

/** A variable's value. In place of what only a deploy knows stands something of the same kind. */
function variableValue(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join } = value as { 'Fn::Join'?: [string, unknown[]] };
  if (join !== undefined) return join[1].map((part) => (typeof part === 'string' ? part : 'us-east-1')).join(join[0]);
  if (/arn/i.test(name)) return `arn:aws:service:us-east-1:123456789012:${name}`;
  return /url|endpoint/i.test(name) ? `https://example.com/${name}` : name.toLowerCase();
}

const unchecked = (major: number) =>
  ({
    severity: 'warning',
    what: `not loaded before the deploy: this is Node ${major}, and Lambda's is ${NODE}`,
  }) as const;

const violation = (
  { functionName, id, templatePath }: DeployedFunction,
  { severity, what }: { severity: 'error' | 'warning'; what: string },
): PolicyViolation => ({
  ruleName: 'BundleDoesNotLoad',
  severity,
  description: `${functionName} cannot be loaded as on Lambda. ${what}`,
  fix: 'A package with native code or files of its own goes into `install` of bundle.ts beside the handler, a file into `assets` (functions/README.md, "bundle.ts")',
  violatingResources: [{ resourceLogicalId: id, templatePath, locations: [] }],
});
