import type { StageProfiles } from '#sluice/infra';

/** What the stage `moved` had on the command line before. */
export const stages: StageProfiles = {
  moved: { runbook: 'https://example.com/runbook', jobDashboards: false },
};
