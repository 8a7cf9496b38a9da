import { job } from '#sluice/contract';
import { consumer } from '#sluice/engine';
import { flowBench } from './definition.ts';

export const handler = consumer(flowBench, ({ children, filler }, context) => {
  if (children === undefined) return { done: true };
  const all = Array.from({ length: children }, () => job(flowBench, { filler }));
  context.batch({ children: all, callback: job(flowBench, {}) });
  return { done: true };
});
