import { inject } from 'vitest';
import type { StandIn } from '../fidelity/aws-contract/aws.ts';
import { DYNAMODB_BEHAVIOURS } from '../fidelity/aws-contract/behaviours/dynamodb.ts';
import { EVENT_SOURCE_BEHAVIOURS } from '../fidelity/aws-contract/behaviours/event-source.ts';
import { SQS_BEHAVIOURS } from '../fidelity/aws-contract/behaviours/sqs.ts';
import { contract } from '../fidelity/aws-contract/contract.ts';
import { inRealTime, openDynamoDb, openSqs } from '../fidelity/aws-contract/emulator.ts';
import { openLambda } from '../fidelity/aws-contract/lambda.ts';

const name: StandIn = inject('emulator') === 'embedded' ? 'MiniStack' : 'LocalStack';
const config = inject('clientConfig');
const sqs = openSqs(name, config);
const dynamoDb = await openDynamoDb(name, config);
const lambda = await openLambda(name, config);

contract(name, SQS_BEHAVIOURS, () => inRealTime(sqs));
contract(name, DYNAMODB_BEHAVIOURS, () => inRealTime(dynamoDb));
contract(name, EVENT_SOURCE_BEHAVIOURS, () => inRealTime(lambda));
