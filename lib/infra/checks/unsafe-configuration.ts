import {
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  type PolicyViolation,
  Stack,
} from 'aws-cdk-lib';
import { names } from '../../contract/names.ts';
import { alarms } from './alarm-rules.ts';
import { flows } from './flow-rules.ts';
import { keys } from './key-rules.ts';
import { logicalIds, type OwnPart } from './own-parts.ts';
import { type Definitions, definitions, eventSources, type Finding, queues } from './queue-rules.ts';
import { accountQuotas, quotas } from './quota-rules.ts';
import { stageKeyNames, stores } from './store-rules.ts';
import { type TemplateView, viewTemplate } from './template-view.ts';

/**
 * Refuses configurations that AWS would deploy and that then lose, repeat or hide jobs. It reads the finished templates, with
 * the changes of `resources.ts` and every override.
 *
 * Of a stack that is not Sluice's, it judges what Sluice's constructs made there, and nothing else.
 *
 * Errors fail `cdk synth` and `cdk deploy`. Warnings are judgements and fail only with `--strict`.
 */
export class UnsafeConfiguration implements IPolicyValidationPlugin {
  readonly name = 'Sluice';
  readonly #parts: readonly OwnPart[];

  constructor(parts: readonly OwnPart[]) {
    this.#parts = parts;
  }

  validate({ stackTemplates }: IPolicyValidationContext): PolicyValidationPluginReport {
    const types: string[] = [];
    const ofEach = stackTemplates.flatMap(({ templatePath, stackConstructPath }) => {
      const parts = this.#parts.filter(({ scope }) => Stack.of(scope).node.path === stackConstructPath);
      if (parts.length === 0) return [];
      // One at a time: hundreds of templates are much to hold.
      const view = viewTemplate(templatePath);
      types.push(...view.resources.map(({ type }) => type));
      return findings(view, parts).map((finding) => violation(finding, view.path));
    });
    const [first] = stackTemplates;
    const ofAll = accountQuotas(types).map((finding) => violation(finding, first?.templatePath ?? ''));
    const violations = [...ofEach, ...ofAll];
    return { success: violations.every(({ severity }) => severity !== 'error'), violations };
  }
}

function findings(view: TemplateView, parts: readonly OwnPart[]): Finding[] {
  const isOf = ownedBy(parts);
  const ofStages = [...new Set(parts.map(({ stage }) => stage))].flatMap((stage) => {
    const own = parts.filter((part) => part.stage === stage);
    const isOfStage = ownedBy(own);
    const key = own.some(({ encrypted }) => encrypted) ? stageKeyNames(stage) : undefined;
    return [...keys(view, key), ...stores(view, key)].filter(isOfStage);
  });
  const ofAny = [...queues(view), ...definitions(view, definitionsOf(parts)), ...alarms(view), ...quotas(view)];
  const ids = logicalIds(parts);
  const sources = view.ofType('AWS::Lambda::EventSourceMapping').filter(({ id }) => ids === 'all' || ids.has(id));
  return [...eventSources(view, sources), ...flows(view, parts), ...ofAny.filter(isOf), ...ofStages];
}

/** Whether a finding is about what some parts made, or about the template as a whole. */
function ownedBy(parts: readonly OwnPart[]): (finding: Finding) => boolean {
  const ids = logicalIds(parts);
  return ({ resource }) => resource === undefined || ids === 'all' || ids.has(resource.id);
}

/** Job definitions by the names of their functions. */
const definitionsOf = (parts: readonly OwnPart[]): Definitions =>
  new Map(
    parts.flatMap(({ stage, definition }) =>
      definition === undefined ? [] : [[names.consumer(stage, definition.type), definition] as const],
    ),
  );

const violation = ({ rule, severity, resource, what, fix }: Finding, templatePath: string): PolicyViolation => ({
  ruleName: rule,
  severity,
  description: what,
  fix,
  violatingResources: [
    { ...(resource !== undefined && { resourceLogicalId: resource.id }), templatePath, locations: [] },
  ],
});
