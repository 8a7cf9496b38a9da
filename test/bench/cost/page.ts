import { join } from 'node:path';
import { marksOf } from '../../support/tools/generated.ts';
import type { Measured } from './figures.ts';
import { tableLines, usd } from './markdown.ts';
import * as model from './model.ts';
import { PRICES } from './prices.ts';
import { jobOf, monthly, SETTING } from './ways.ts';

export const PAGE = join(import.meta.dirname, 'README.md');
export const MARKS = marksOf('cost', 'npm run cost -- --write');

type Kind = Parameters<typeof jobOf>[0];

/** Rows of the page: one way, at one or two shares of failing jobs. */
const ROWS: readonly (readonly [name: string, kind: Kind, ...shares: number[]])[] = [
  ['Sluice, 0 % failing', 'sluice', 0],
  ["Sluice, 0 % failing, `logs: 'failures'`", 'quiet', 0],
  ["Sluice, 0 % failing, `begin: 'optimistic'`, `logs: 'failures'`", 'optimistic', 0],
  ['Sluice, 1 % · 10 % failing', 'sluice', 0.01, 0.1],
  ['Sluice, a child of a batch of 1,000', 'child', 0],
  ['stock Powertools, 0 % · 10 %', 'stock', 0, 0.1],
  ['stock Powertools + status table, 0 % · 10 %', 'status', 0, 0.1],
];

const PARTS = ['sqs', 'lambda', 'dynamoDb', 'logs'] as const;

/** The part of the page with what a run's figures cost. */
export function costPart(measured: Measured): string {
  const perMillion = ROWS.map(([name, kind, ...shares]) => {
    const costs = shares.map((share) => model.dollarsPerMillion(jobOf(kind, measured, share), SETTING));
    const cell = (part: (dollars: model.Dollars) => number) => [...new Set(costs.map(part).map(usd))].join(' · ');
    return [name, ...PARTS.map((part) => cell((dollars) => dollars[part])), cell(model.total)];
  });
  // An inline map's iteration has one state at least; what its task does comes on top of both alike.
  const transition = usd(PRICES.stepFunctionsMillionTransitions);
  perMillion.push(['Step Functions Standard, one transition a child', '', '', '', '', transition]);
  const months = monthly(measured).map(([name, ...dollars]) => [name, ...dollars.map(usd)]);
  return [
    MARKS.start,
    '',
    ...tableLines(['dollars a million jobs', 'SQS', 'Lambda', 'DynamoDB', 'logs', 'all'], perMillion),
    '',
    ...tableLines(['dollars a month, custom metrics included', '1 million jobs', '10 million', '100 million'], months),
    '',
    MARKS.end,
  ].join('\n');
}
