import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generatedPart } from '../../support/tools/generated.ts';
import { costPart, MARKS, PAGE } from './page.ts';

/**
 * What the page says a job is made of; `npm run bench` holds calls and units to it. CPU is a machine's own, so that what
 * follows from it is not compared.
 */
const COUNTED = { sqsCalls: 0, writeUnits: 2, readUnits: 0, events: 0, cpuUs: 0 };
const computed = costPart({
  success: { ...COUNTED, logBytes: 397 },
  failure: { ...COUNTED, logBytes: 397 },
  stock: { ...COUNTED, logBytes: 297 },
  optimistic: { ...COUNTED, writeUnits: 1, readUnits: 0.5, logBytes: 37 },
  child: { ...COUNTED, logBytes: 397, writeUnits: 2.33 },
  successLines: 397 - 37,
});
const held = generatedPart(readFileSync(PAGE, 'utf8'), MARKS);

const rows = (part: string) =>
  part.split('\n').flatMap((line) => (line.startsWith('| ') ? [line.slice(2, -2).split(' | ')] : []));
const rowOf = (part: string, name: string) => rows(part).find(([first]) => first === name) ?? [];

it('the page’s cost tables have the rows that a run writes', () => {
  expect(rows(held).map(([name]) => name)).toEqual(rows(computed).map(([name]) => name));
});

const OPTIMISTIC = "Sluice, 0 % failing, `begin: 'optimistic'`, `logs: 'failures'`";
it.each(['Sluice, 0 % failing', "Sluice, 0 % failing, `logs: 'failures'`", OPTIMISTIC])(
  '%s costs today’s prices',
  (name) => {
    const [[, sqs, , dynamoDb, logs], expected] = [rowOf(held, name), rowOf(computed, name)];
    expect([sqs, dynamoDb]).toEqual([expected[1], expected[3]]);
    // A line's bytes differ with the digits of its times.
    expect(Math.abs(Number(logs) - Number(expected[4]))).toBeLessThan(0.015);
  },
);

it.each(rows(computed).flatMap(([name = '']) => (/^(Step|BullMQ)/.test(name) ? [name] : [])))(
  '%s costs today’s prices',
  (name) => expect(rowOf(held, name)).toEqual(rowOf(computed, name)),
);

it('each row’s parts add up to its sum, but for rounding', () => {
  const sums = rows(held).filter((cells) => cells.length === 6 && /\d/.test(cells[1] ?? ''));
  expect(sums).toHaveLength(7);
  for (const [name, ...cells] of sums) {
    const [sqs = 0, lambda = 0, dynamoDb = 0, logs = 0, all = 0] = cells.map((cell) => Number(cell.split(' · ')[0]));
    expect(Math.abs(sqs + lambda + dynamoDb + logs - all), name).toBeLessThan(0.025);
  }
});
