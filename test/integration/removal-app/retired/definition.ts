import { defineJob } from '#sluice/contract';
import { order } from '../order/definition.ts';

/** What an operator makes of `order`. */
export const retiredOrder = defineJob({
  ...{ type: order.type, payload: order.payload, retired: true },
  schedule: [{ name: 'nightly', expression: 'cron(0 2 * * ? *)', payload: { n: 0 } }],
});
