import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
  PolicyViolation,
} from 'aws-cdk-lib';
import { alarms } from './alarm-rules.ts';
import { keys } from './key-rules.ts';
import { type Definitions, definitions, eventSources, type Finding, queues } from './queue-rules.ts';
import { accountQuotas, quotas } from './quota-rules.ts';
import { type StageKeyNames, stores } from './store-rules.ts';
import { viewTemplate } from './template-view.ts';

/**
 * Refuses configurations that AWS would deploy and that then lose, repeat or hide jobs. It reads the finished templates, with
 * the changes of `resources.ts` and every override.
 *
 * Errors fail `cdk synth` and `cdk deploy`. Warnings are judgements and fail only with `--strict`.
 */
export class UnsafeConfiguration implements IPolicyValidationPlugin {
  readonly name = 'Sluice';
  readonly #definitions: Definitions;
  readonly #stageKey: StageKeyNames | undefined;

  /** @param stageKey of a stage that has a key */
  constructor(known: Definitions, stageKey?: StageKeyNames) {
    this.#definitions = known;
    this.#stageKey = stageKey;
  }

  validate({ stackTemplates }: IPolicyValidationContext): PolicyValidationPluginReport {
    const types: string[] = [];
    const ofEach = stackTemplates.flatMap(({ templatePath }) => {
      // One at a time: hundreds of templates are much to hold.
      const view = viewTemplate(templatePath);
      types.push(...view.resources.map(({ type }) => type));
      const found = [
        ...eventSources(view),
        ...queues(view),
        ...definitions(view, this.#definitions),
        ...alarms(view),
        ...quotas(view),
        ...keys(view, this.#stageKey),
        ...stores(view, this.#stageKey),
      ];
      return found.map((finding) => violation(finding, view.path));
    });
    const [first] = stackTemplates;
    const ofAll = accountQuotas(types).map((finding) => violation(finding, first?.templatePath ?? ''));
    const violations = [...ofEach, ...ofAll];
    return { success: violations.every(({ severity }) => severity !== 'error'), violations };
  }
}

const violation = ({ rule, severity, resource, what, fix }: Finding, templatePath: string): PolicyViolation => ({
  ruleName: rule,
  severity,
  description: what,
  fix,
  violatingResources: [
    { ...(resource !== undefined && { resourceLogicalId: resource.id }), templatePath, locations: [] },
  ],
});
