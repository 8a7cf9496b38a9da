import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fromEventBridge, fromRaw, fromS3Notification, fromSns } from '../../../lib/contract/index.ts';

const message = (body: unknown) => ({
  ...{ body: typeof body === 'string' ? body : JSON.stringify(body), attributes: {}, messageId: 'm-1' },
});

/** As the S3 User Guide shows it ("Event message structure"). */
const record = (object: object, others: object = {}) => ({
  ...{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'us-west-2', eventTime: '1970-01-01T00:00:00.000Z' },
  ...{ eventName: 'ObjectCreated:Put', userIdentity: { principalId: 'AIDAJDPLRKLG7UEXAMPLE' } },
  s3: {
    ...{ s3SchemaVersion: '1.0', configurationId: 'testConfigRule' },
    bucket: { name: 'amzn-s3-demo-bucket', ownerIdentity: { principalId: 'A3NL1KOZZKExample' } },
    object: { key: 'HappyFace.jpg', size: 1024, eTag: 'd41d8cd98f00b204e9800998ecf8427e', ...object },
  },
  ...others,
});
const versioned = { versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko', sequencer: '0055AED6DCD90281E5' };
const sns = (fields: object) => ({
  ...{ Type: 'Notification', MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324' },
  ...{ TopicArn: 'arn:aws:sns:us-west-2:123456789012:MyTopic', Message: 'Hello world!' },
  ...fields,
});
const TEST_EVENT = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'amzn-s3-demo-bucket' };

describe('fromS3Notification', () => {
  it('gives a job for each record, named by bucket, key, version and event', () => {
    const plain = record({ key: 'b+c%C3%A4.jpg', sequencer: '0055' }, { eventName: 'ObjectRemoved:Delete' });
    expect(fromS3Notification(message({ Records: [record(versioned), plain] }))).toEqual([
      {
        id: 'amzn-s3-demo-bucket:HappyFace.jpg:096fKKXTRTtl3on89fVO.nfljtsv6qko:ObjectCreated:Put',
        payload: {
          ...{ bucket: 'amzn-s3-demo-bucket', key: 'HappyFace.jpg', size: 1024 },
          ...{ versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko', eTag: 'd41d8cd98f00b204e9800998ecf8427e' },
          ...{ eventName: 'ObjectCreated:Put', eventTime: '1970-01-01T00:00:00.000Z' },
        },
      },
      { id: expect.stringMatching(/^s3-[\w-]{43}$/), payload: expect.objectContaining({ key: 'b cä.jpg' }) },
    ]);
  });

  it('gives another name to another object, event, version or sequencer, and the same to the same', () => {
    const long = `${'folder/'.repeat(30)}a.jpg`;
    const records = [
      ...[record({ key: long, sequencer: '1' }), record({ key: long, sequencer: '2' })],
      ...[record({ key: `${long}x`, sequencer: '1' }), record({ key: long, versionId: 'v', sequencer: '1' })],
      record({ key: long, sequencer: '1' }, { eventName: 'ObjectCreated:Copy' }),
    ];
    const ids = () =>
      (fromS3Notification(message({ Records: records })) as readonly { id: string }[]).map(({ id }) => id);
    expect(new Set(ids()).size).toBe(5);
    expect(ids()).toEqual(ids());
  });

  it('reads what comes through a topic', () => {
    const body = sns({ Message: JSON.stringify({ Records: [record(versioned)] }) });
    expect(fromS3Notification(message(body))).toMatchObject([{ payload: { key: 'HappyFace.jpg' } }]);
  });

  it('drops the test message of S3, also through a topic', () => {
    expect(fromS3Notification(message(TEST_EVENT))).toBe('drop');
    expect(fromS3Notification(message(sns({ Message: JSON.stringify(TEST_EVENT) })))).toBe('drop');
  });

  it.each([
    ['no JSON', 'hello', 'the body is no JSON object'],
    ['a list', '[1]', 'the body is no S3 notification: it has no Records'],
    [
      'a record of another service',
      { Records: [{ eventSource: 'aws:kinesis' }] },
      'record 1 of the body is none of S3',
    ],
    ['a null for a record', { Records: [null] }, 'record 1 of the body is none of S3'],
  ])('refuses %s', (_what, body, told) => {
    expect(() => fromS3Notification(message(body))).toThrow(told);
  });
});

describe('fromSns', () => {
  it('gives what was published, as JSON or text, under the id of SNS', () => {
    const id = '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324';
    expect(fromSns(message(sns({})))).toEqual({ id, payload: 'Hello world!' });
    expect(fromSns(message(sns({ Message: '{"a":1}' })))).toEqual({ id, payload: { a: 1 } });
  });

  it('gives the body under the id of SQS with raw delivery', () => {
    expect(fromSns(message('{"a":1}'))).toEqual({ id: 'm-1', payload: { a: 1 } });
  });

  it('refuses what asks for a subscription', () => {
    expect(() => fromSns(message(sns({ Type: 'SubscriptionConfirmation' })))).toThrow('open its SubscribeURL');
  });

  it('drops a test message of S3', () => {
    expect(fromSns(message(sns({ Message: JSON.stringify(TEST_EVENT) })))).toBe('drop');
  });
});

describe('fromEventBridge', () => {
  it('gives the detail under the id of the event', () => {
    const event = {
      version: '0',
      id: '6a7e8feb-b491',
      'detail-type': 'Order placed',
      source: 'shop',
      detail: { n: 7 },
    };
    expect(fromEventBridge(message(event))).toEqual({ id: '6a7e8feb-b491', payload: { n: 7 } });
  });

  it.each([
    ['a body without a detail', { id: 'a' }, 'it has no detail'],
    ['an event without an id', { detail: {} }, 'the body does not name its event message'],
  ])('refuses %s', (_what, body, told) => {
    expect(() => fromEventBridge(message(body))).toThrow(told);
  });
});

describe('fromRaw', () => {
  it('gives the body, as JSON or text, under the id of SQS', () => {
    expect(fromRaw(message('[1,2]'))).toEqual({ id: 'm-1', payload: [1, 2] });
    expect(fromRaw(message('<order/>'))).toEqual({ id: 'm-1', payload: '<order/>' });
  });
});

it('each goes into a definition whose schema takes what it gives', async () => {
  const { defineJob } = await import('../../../lib/contract/index.ts');
  const payload = z.object({ bucket: z.string(), key: z.string() });
  for (const accept of [fromS3Notification, fromSns, fromEventBridge, fromRaw])
    expect(defineJob({ type: 'thumbnails', payload, accept }).accept).toBe(accept);
});
