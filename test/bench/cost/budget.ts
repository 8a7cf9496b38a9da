import type { Dollars } from './model.ts';
import { total } from './model.ts';

/**
 * Dollars a million jobs that begin optimistically may cost with `logs: 'failures'`, each part and all: one write unit and half a
 * read unit a job, a receive, a delete and a send of ten messages each, and the metrics' lines.
 */
export const BUDGET = { sqs: 0.12, lambda: 0.1, dynamoDb: 0.72, logs: 0.02, all: 1 } as const;

/** Each part that costs more than it may: `dynamoDb 1.25 of 0.72`. Prices are multiples of a ten-thousandth of a cent. */
export function missedOf(dollars: Dollars): string[] {
  const { sqs, lambda, dynamoDb, logs } = dollars;
  return Object.entries({ sqs, lambda, dynamoDb, logs, all: total(dollars) }).flatMap(([part, cost]) => {
    const may = BUDGET[part as keyof typeof BUDGET];
    return cost > may + 1e-6 ? [`${part} ${cost.toFixed(4)} of ${may}`] : [];
  });
}
