import { DYNAMODB_BEHAVIOURS } from './behaviours/dynamodb.ts';
import { SQS_BEHAVIOURS } from './behaviours/sqs.ts';
import { contract } from './contract.ts';
import { openMemory } from './memory.ts';

contract('memory', [...SQS_BEHAVIOURS, ...DYNAMODB_BEHAVIOURS], openMemory);
