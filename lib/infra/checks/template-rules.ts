import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type App,
  CloudFormationValidatePlugin,
  type IPolicyValidationContext,
  type PolicyValidationPluginReport,
  Validations,
} from 'aws-cdk-lib';
import { cacheFor, type Kept, keptIn, keyOf } from '../../bundle/kept.ts';

/** With this file's ending: `.ts` in a checkout, `.js` in the compiled package. */
const JUDGE = fileURLToPath(new URL(`judge-templates${extname(import.meta.url)}`, import.meta.url));
const { version } = createRequire(import.meta.url)('aws-cdk-lib/package.json') as { version: string };
/** Of a larger app, tree and engine together take more than 600 MB. A process of its own takes two seconds to start. */
const MOST_STACKS_BESIDE = 10;
const MOST_OUTPUT = 1 << 28;

type StackTemplate = IPolicyValidationContext['stackTemplates'][number];
/** What the judging process is told. */
export type Judged = Pick<IPolicyValidationContext, 'templatePaths' | 'stackTemplates'>;

/**
 * The CDK's own rules of CloudFormation, as it runs them by itself, over the templates that changed. Their engine takes 330 MB: for
 * a large app it runs in a process of its own. A template that was found to be in order is not judged again while it is the same.
 */
class TemplateRules extends CloudFormationValidatePlugin {
  readonly #kept: Kept = keptIn(join(cacheFor(join(process.cwd(), 'cdk.json')), 'templates'));

  /** Of the CDK, which brings the rules: the engine's own would load the engine. */
  override get version(): string {
    return version;
  }

  override get ruleIds(): string[] {
    return [version];
  }

  override validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const stackTemplates = context.stackTemplates.filter((one) => this.#kept.read(keyFor(one)) !== true);
    if (stackTemplates.length === 0) return { success: true, violations: [] };
    const some = { stackTemplates, templatePaths: stackTemplates.map(({ templatePath }) => templatePath) };
    const isLarge = context.stackTemplates.length > MOST_STACKS_BESIDE;
    const report = isLarge ? judged(some) : super.validate({ ...context, ...some });
    const faulty = new Set(
      report.violations.flatMap(({ violatingResources }) => violatingResources.map(({ templatePath }) => templatePath)),
    );
    for (const one of stackTemplates) if (!faulty.has(one.templatePath)) this.#kept.write(keyFor(one), true);
    return report;
  }
}

/** Puts {@link TemplateRules} in the place of the CDK's own plugin, which is left out if an app has one. */
export function checkTemplates(app: App): void {
  // As the CDK's own: this switches it off.
  if (process.env.CDK_VALIDATION === 'false') return;
  Validations.of(app).addPlugins(new TemplateRules());
}

const keyFor = ({ templatePath, accountId, region }: StackTemplate): string =>
  keyOf(readFileSync(templatePath, 'utf8'), accountId, region, version);

function judged(templates: Judged): PolicyValidationPluginReport {
  const options = { encoding: 'utf8', input: JSON.stringify(templates), maxBuffer: MOST_OUTPUT } as const;
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [JUDGE], options);
  if (status !== 0)
    throw new Error(`the templates could not be checked: ${stderr?.trim() || error?.message}`, { cause: error });
  return JSON.parse(stdout) as PolicyValidationPluginReport;
}
