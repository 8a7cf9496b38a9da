import { expect, it } from 'vitest';
import { missedOf } from './budget.ts';
import { dollarsPerMillion } from './model.ts';
import { SETTING } from './ways.ts';

/** As a run counts it: an insert of at most 1 KB, and a look that need not be consistent. */
const JOB = { sqsCalls: 0, writeUnits: 1, readUnits: 0.5, events: 0, logBytes: 37, cpuUs: 100 };
const missed = (job: typeof JOB) => missedOf(dollarsPerMillion(job, SETTING));

it('an optimistic job of one write unit is within its budget', () => {
  expect(missed(JOB)).toEqual([]);
});

it('a second write, a consistent look, a call of SQS, log lines or more CPU are each told with their part', () => {
  const partsOf = (job: typeof JOB) => missed(job).map((part) => part.split(' ')[0]);
  expect(missed({ ...JOB, writeUnits: 2 })[0]).toBe('dynamoDb 1.3125 of 0.72');
  expect(partsOf({ ...JOB, writeUnits: 2 })).toEqual(['dynamoDb', 'all']);
  expect(missed({ ...JOB, readUnits: 1 })).toEqual(['dynamoDb 0.7500 of 0.72']);
  expect(missed({ ...JOB, sqsCalls: 0.1 })).toEqual(['sqs 0.1600 of 0.12']);
  expect(partsOf({ ...JOB, logBytes: 397 })).toEqual(['logs', 'all']);
  expect(partsOf({ ...JOB, cpuUs: 4000 })).toEqual(['lambda', 'all']);
});
