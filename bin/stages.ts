import type { StageProfiles } from '#sluice/infra';

/**
 * The stages, each with all of its settings: `npx cdk deploy --all -c stage=prod` only chooses. A stage that is not here takes
 * its settings from the command line (lib/infra/stages/README.md).
 */
export const stages: StageProfiles = {
  dev: { disposable: true },
};
