import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CloudFormationClient,
  DeleteStackCommand,
  paginateDescribeStacks,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { prefixOf } from '../lib/contract/names.ts';
import { messageOf } from './errors.ts';

interface Synthesised {
  readonly stage: string;
  /** Folder of the synth. */
  readonly output: string;
  readonly log: (line: string) => void;
}

/** Deletes the stacks of a stage that its app no longer has: job types that were removed. What cannot be deleted is told. */
export async function removeGone(client: CloudFormationClient, { stage, output, log }: Synthesised): Promise<void> {
  const wanted = await stacksIn(output);
  const gone: string[] = [];
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {})) {
    for (const { StackName = '', StackStatus } of Stacks) {
      const isOurs = StackName.startsWith(`${prefixOf(stage)}-`) && StackStatus !== 'DELETE_COMPLETE';
      if (isOurs && !wanted.has(StackName)) gone.push(StackName);
    }
  }
  for (const StackName of gone) {
    try {
      await client.send(new DeleteStackCommand({ StackName }));
      await waitUntilStackDeleteComplete({ client, minDelay: 0.2, maxDelay: 1, maxWaitTime: 120 }, { StackName });
      log(`${StackName}  removed`);
    } catch (error) {
      log(`! ${StackName} could not be removed, and goes on: ${messageOf(error)}`);
    }
  }
}

interface Manifest {
  readonly artifacts: Readonly<Record<string, { type: string; properties?: { stackName?: string } }>>;
}

async function stacksIn(output: string): Promise<Set<string>> {
  const { artifacts } = JSON.parse(await readFile(join(output, 'manifest.json'), 'utf8')) as Manifest;
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  return new Set(stacks.map(([name, { properties }]) => properties?.stackName ?? name));
}
