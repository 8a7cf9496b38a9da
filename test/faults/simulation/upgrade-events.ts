import type { Upgrade, WorldEvent } from '../../../lib/testing/simulation/model.ts';

const change = (name: string, weight: number, to: Partial<Upgrade>): WorldEvent => ({
  ...{ name, weight },
  happen: ({ upgrade }) => void (upgrade && Object.assign(upgrade, to)),
});

/** An upgrade on its way, and back, in whatever order: core first is what the runbook says, and not all do. */
export const UPGRADE_EVENTS: readonly WorldEvent[] = [
  change('core of the next version is deployed', 8, { isCoreNext: true }),
  change('core is rolled back', 3, { isCoreNext: false }),
  change('consumers of the next version are being deployed', 10, { percent: 50 }),
  change('consumers of the next version are deployed', 6, { percent: 100 }),
  change('consumers are rolled back', 5, { percent: 0 }),
];
