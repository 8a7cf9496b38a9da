import type { Bound } from '../bound.ts';
import { DYNAMODB } from './dynamodb.ts';
import { LAMBDA } from './lambda.ts';
import { OTHERS } from './others.ts';
import { SQS } from './sqs.ts';

/** Every limit, default and word of AWS's that Sluice rests on. */
export const BOUNDS: readonly Bound[] = [...SQS, ...DYNAMODB, ...LAMBDA, ...OTHERS];
