import { expect, it } from 'vitest';
import { makeWorld } from '../../../support/world.ts';

const S3_TEST = {
  ...{ Service: 'Amazon S3', Event: 's3:TestEvent', Time: '2026-06-01T00:00:00.000Z', Bucket: 'photos' },
  ...{ RequestId: 'r', HostId: 'h' },
};

it('a test message of S3 is dropped with a log line, and the job beside it runs', async () => {
  const world = makeWorld();
  const id = world.send(S3_TEST);
  const wrapped = world.send({
    ...{ Type: 'Notification', TopicArn: 'arn:aws:sns:eu-west-1:1:photos', MessageId: 'm' },
    Message: JSON.stringify(S3_TEST),
  });
  world.send({ id: 'a', payload: { do: 'complete' } });
  await world.drain();
  expect([world.queue.messages(), world.deadLetters.messages(), world.starts]).toEqual([[], [], ['a/1']]);
  const dropped = world.output.logs().filter(({ message }) => message === 'message.probe-dropped');
  expect(dropped).toEqual([
    expect.objectContaining({ level: 'INFO', messageId: id, jobType: 'probe', probe: 's3:TestEvent' }),
    expect.objectContaining({ level: 'INFO', messageId: wrapped, jobType: 'probe', probe: 's3:TestEvent' }),
  ]);
  expect([world.job(id), world.output.events().includes('job.dead')]).toEqual([undefined, false]);
  expect(world.output.text()).not.toContain('JobsDeadLettered');
});

it('an S3 notification is dead-lettered with what to do', async () => {
  const world = makeWorld();
  world.send({ Records: [{ eventSource: 'aws:s3', s3: { object: { key: 'k' } } }] });
  await world.drain();
  const [deadLetter] = world.deadLetters.messages();
  expect(deadLetter?.attributes.errorMessage?.StringValue).toContain('the body is an S3 notification: ');
});
