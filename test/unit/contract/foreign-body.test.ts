import { describe, expect, it } from 'vitest';
import { decodeEnvelope } from '../../../lib/contract/envelope.ts';
import { awsProbe } from '../../../lib/contract/foreign-body.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const refusal = (body: object): string => {
  try {
    decodeEnvelope(JSON.stringify(body), 'thumbnail', NOW);
  } catch (error) {
    return (error as Error).message;
  }
  return 'it was taken';
};

const S3_RECORD = {
  ...{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'eu-west-1', eventName: 'ObjectCreated:Put' },
  s3: { bucket: { name: 'photos' }, object: { key: 'secret-7.jpg', size: 1 } },
};
const EVENT = {
  ...{ version: '0', id: '17793124-05d4-b198-2fde-7ededc63b103', 'detail-type': 'Object Created', source: 'aws.s3' },
  ...{ account: '111122223333', time: '2026-06-01T00:00:00Z', region: 'eu-west-1', resources: [] },
  detail: { secret: 'secret-7' },
};
const SNS = {
  ...{ Type: 'Notification', MessageId: 'm', TopicArn: 'arn:aws:sns:eu-west-1:111122223333:orders', Subject: 'x' },
  ...{ Message: '{"payload":"secret-7"}', Timestamp: '2026-06-01T00:00:00.000Z', SignatureVersion: '1' },
  ...{ Signature: 's', SigningCertURL: 'https://sns', UnsubscribeURL: 'https://sns' },
};
const S3_TEST = {
  ...{ Service: 'Amazon S3', Event: 's3:TestEvent', Time: '2026-06-01T00:00:00.000Z', Bucket: 'photos' },
  ...{ RequestId: 'r', HostId: 'h' },
};
const SCALING_TEST = {
  ...{ AccountId: '111122223333', RequestId: 'r', AutoScalingGroupARN: 'arn', AutoScalingGroupName: 'web' },
  ...{ Service: 'AWS Auto Scaling', Event: 'autoscaling:TEST_NOTIFICATION', Time: '2026-06-01T00:00:00.000Z' },
};

describe('a body that an AWS service wrote', () => {
  it.each([
    ['an SNS notification', SNS, 'set RawMessageDelivery'],
    ['a message of SNS about a subscription', { ...SNS, Type: 'SubscriptionConfirmation' }, 'SubscribeURL'],
    ['an EventBridge event', EVENT, 'input transformer'],
    ['an event of EventBridge Scheduler', { ...EVENT, source: 'aws.scheduler', detail: '{}' }, 'set Input'],
    ['an S3 notification', { Records: [S3_RECORD] }, 'EventBridge'],
    ['a list of aws:ses records', { Records: [{ eventSource: 'aws:ses', ses: {} }] }, 'one message a record'],
    ['a list of aws:sns records', { Records: [{ EventSource: 'aws:sns', Sns: {} }] }, 'one message a record'],
    ['the test message s3:TestEvent', S3_TEST, 'no job'],
    ['the test message autoscaling:TEST_NOTIFICATION', SCALING_TEST, 'no job'],
  ])('is refused as %s, with what to do', (what, body, advice) => {
    const said = refusal(body);
    expect(said).toMatch(new RegExp(`^the body is ${what}: `));
    expect(said).toContain(advice);
    expect(said).not.toContain('secret-7');
  });

  it('is told by its fields, whatever the first of them', () => {
    const turned = Object.fromEntries(Object.entries(EVENT).reverse());
    expect(refusal(turned)).toContain('an EventBridge event');
  });

  it.each([
    ['TopicArn', { TopicArn: 'a', payload: 1 }],
    ['detail', { detail: 1, payload: 1 }],
    ['Records', { Records: [], payload: 1 }],
    ['Records', { Records: [{ eventSource: 'secret-7' }], payload: 1 }],
    ['Event', { Event: 's3:TestEvent', payload: 1 }],
  ])('is not seen in a field %s alone', (name, body) => {
    expect(refusal(body)).toBe(`"${name}" is not a field of the envelope`);
  });
});

describe('a test message', () => {
  it.each([
    ['s3:TestEvent', S3_TEST],
    ['autoscaling:TEST_NOTIFICATION', SCALING_TEST],
    ['s3:TestEvent', { ...SNS, Message: JSON.stringify(S3_TEST) }],
  ])('%s is known, inside an SNS notification too', (name, body) => {
    expect(awsProbe(JSON.stringify(body))).toBe(name);
  });

  it.each([
    ['a job whose payload looks like one', JSON.stringify({ payload: S3_TEST })],
    ['a notification', JSON.stringify({ Records: [S3_RECORD] })],
    ['an SNS notification of another text', JSON.stringify({ ...SNS, Message: 's3:TestEvent' })],
    ['a list', JSON.stringify([S3_TEST])],
    ['null', 'null'],
    ['a number', '7'],
    ['a text', '"s3:TestEvent"'],
    ['no JSON', '{"Event":"s3:TestEvent"'],
  ])('is not %s', (_what, body) => expect(awsProbe(body)).toBeUndefined());
});
