import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, inject, it } from 'vitest';
import { refuseWeaker } from '../../lib/infra/guard.ts';
import { type Deployment, deploy } from '../../localstack/deploy.ts';
import { stages } from './operation-app/stages.ts';
import { eventually, sqs } from './support/world.ts';

/** The runbook of lib/infra/stages/README.md, carried out. */
const app = fileURLToPath(new URL('operation-app', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const target = inject('target');
const dynamoDb = new DynamoDBClient(target.clientConfig);

async function deployed(stage: string, context: Record<string, string> = {}) {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  return { deployment: await deploy(target, { stage, app, context, log }), lines };
}

/** What became of the job `a` there. */
async function itemIn({ jobsTableName: TableName }: Deployment) {
  const { Item } = await dynamoDb.send(new GetItemCommand({ TableName, Key: { id: { S: 'order#a' } } }));
  return Item;
}

describe('deploy two stages', () => {
  it('of two apps: each runs its own jobs, in its own table', { timeout: 300_000 }, async () => {
    const both = [(await deployed('twin')).deployment, (await deployed('shop/twin')).deployment];
    expect(both.map(({ jobsTableName }) => jobsTableName)).toEqual(['sluice-twin-jobs', 'shop-twin-jobs']);
    for (const [i, { queues }] of both.entries()) {
      const job = { id: 'a', payload: { workMs: i + 1, currency: 'usd' } };
      await sqs.send(new SendMessageCommand({ QueueUrl: queues.order?.queueUrl, MessageBody: JSON.stringify(job) }));
    }
    const done = async () => {
      const items = await Promise.all(both.map(itemIn));
      return items.every((item) => item?.status?.S === 'COMPLETED') && items;
    };
    const items = await eventually(done, 'a job of each app');
    expect(items.map((item) => item?.attempts?.N)).toEqual(['1', '1']);
  });
});

describe('move a stage to stages.ts', () => {
  const STAGE = 'moved';
  const before = { runbook: stages.moved?.runbook ?? '', jobDashboards: 'off' };

  it('changes no stack, if the entry says what -c said', { timeout: 300_000 }, async () => {
    await deployed(STAGE, before);
    const { lines } = await deployed(STAGE, { file: 'yes' });
    expect(lines).toEqual(expect.arrayContaining([`sluice-moved-core  no changes`, `sluice-moved-order  no changes`]));
  });

  it('has the next deploy look at what is deployed, and refuse what weakens it', { timeout: 300_000 }, async () => {
    await deployed(STAGE, { file: 'yes', alarmEmail: 'a@example.com,b@example.com' });
    const sts = new STSClient(target.clientConfig);
    const { Account: account } = await sts.send(new GetCallerIdentityCommand({}));
    const aws = { sts, cloudFormation: new CloudFormationClient(target.clientConfig) };
    const deps = { account, connect: () => aws, warn: (line: string) => expect(line).toBe('') };
    const next = (alarmEmails: readonly string[], weaken?: string) =>
      refuseWeaker({ ...SETTINGS, stage: STAGE, alarmEmails, weaken }, deps);
    await expect(next(['b@example.com'])).rejects.toThrow('1 of 2 addresses would get no alarms any more');
    await next(['b@example.com'], STAGE);
    await next(['a@example.com', 'b@example.com']);
    expect(await synthOfCheckout({ stage: STAGE }, String(account))).toEqual({
      code: 1,
      said: expect.stringMatching(
        /^RangeError: this deploy would weaken stage "moved": 2 of 2 addresses .* -c weaken=moved/,
      ),
      made: [],
    });
  });
});

/** The app as the CDK's command runs it, with credentials: what it says, and what it made. */
async function synthOfCheckout(context: Record<string, string>, account: string) {
  const out = await mkdtemp(join(tmpdir(), 'sluice-guarded-'));
  const env = {
    ...{ ...process.env, ...target.env, CDK_DEFAULT_ACCOUNT: account, CDK_OUTDIR: out },
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, 'aws:cdk:bundling-stacks': [], securityChecks: 'off' }),
  };
  try {
    const ran = await new Promise<{ code: number | string; said: string }>((resolve) => {
      execFile(process.execPath, [join(ROOT, 'bin/app.ts')], { env }, (error, _, said) =>
        resolve({ code: error?.code ?? 0, said }),
      );
    });
    return { ...ran, made: (await readdir(out)).filter((file) => file.endsWith('.json')) };
  } finally {
    await rm(out, { recursive: true });
  }
}

const SETTINGS = {
  ...{
    disposable: true,
    emulated: false,
    encrypted: false,
    payloads: false,
    jobDashboards: false,
    producers: [],
    runbook: '',
  },
  ...{ account: undefined, region: undefined, dispatcherEntry: '', securityChecks: false },
} as const;
