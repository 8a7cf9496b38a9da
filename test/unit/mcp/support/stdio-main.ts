/** The command over this process's own streams, beside a stage in memory that has one dead job. */
import type { Clients } from '../../../../bin/cli/host.ts';
import { sluice } from '../../../../bin/program.ts';
import { names } from '../../../../lib/contract/names.ts';
import { makeMemoryDynamoDb, makeMemorySqs, makeVirtualClock } from '../../../../lib/testing/index.ts';
import { makeControlPlane } from '../../../support/control-plane.ts';
import { definitions } from '../../../support/shop/catalogue.ts';
import { JOBS_TABLE, STAGE } from '../../../support/world.ts';
import { stageOf } from '../../operator/support/stage.ts';

const TYPE = 'send-email';
const clock = makeVirtualClock();
const dynamoDb = makeMemoryDynamoDb({ clock, tables: { [JOBS_TABLE]: ['id'] } });
const sqs = makeMemorySqs(clock);
for (const queue of [names.queue(STAGE, TYPE), names.deadLetterQueue(STAGE, TYPE)]) {
  sqs.createQueue(queue, { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 });
}
const failedAt = new Date(clock.now()).toISOString();
const error = { name: 'PermanentError', message: 'no such mailbox' };
dynamoDb.put(JOBS_TABLE, {
  id: `${TYPE}#a0`,
  jobId: 'a0',
  type: TYPE,
  status: 'DEAD',
  failedAt,
  error,
  result: 'canary',
});
const plane = makeControlPlane(TYPE, clock.now());
const { aws } = stageOf({ dynamoDb, sqs, clock }, plane.aws);
const clients: Clients = { aws, sqs: sqs.client, tables: { send: async () => ({ $metadata: {} }) } };
process.exitCode = await sluice(process.argv.slice(2), {
  ...{ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: { SLUICE_STAGE: STAGE } },
  ...{ connect: () => clients, interruption: () => new AbortController().signal, definitions },
});
