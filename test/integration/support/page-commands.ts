import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cloudFormation from '@aws-sdk/client-cloudformation';
import * as sqs from '@aws-sdk/client-sqs';
import { runCommand, tail } from '../../../localstack/command.ts';
import type { DeployTarget } from '../../../localstack/deploy.ts';
import { childEnvironment, NODE_BIN, ROOT, workFolder } from '../../../localstack/places.ts';

/** The commands of a page's section, as they stand in its code blocks, with what is put in for `<…>`. */
export function commandsOf(page: string, heading: string, values: Readonly<Record<string, string>>): string[] {
  const [, section = ''] = readFileSync(join(ROOT, page), 'utf8').split(`\n## ${heading}\n`);
  const own = section.split('\n## ')[0] ?? '';
  const blocks = [...own.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)]
    .filter(([, language]) => language === '')
    .flatMap(([, , text = '']) => text.trim().split('\n'));
  return blocks
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .map((line) => line.replaceAll(/<([a-z]+)>/g, (all, name: string) => values[name] ?? all));
}

/** Runs a `npx cdk …` of a page against the emulator. It has no account, so the CDK app is told what the emulator lacks. */
export async function runCdk(target: DeployTarget, command: string, app: AppOfTest): Promise<string> {
  const words = command.replace(/^npx cdk /, '').split(' ');
  const context = Object.entries(app.context ?? {}).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const output = ['--output', await workFolder('cdk.out', 'page-commands')];
  const approval = words[0] === 'deploy' ? ['--require-approval', 'never', '--exclusively'] : [];
  const result = await runCommand(
    join(NODE_BIN, 'cdk'),
    [...words, ...context, ...output, ...approval, '--no-notices', '--ci', '--progress', 'events'],
    {
      cwd: app.folder,
      env: childEnvironment({
        ...target.env,
        CDK_HOME: await workFolder('cdk-home'),
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        NO_COLOR: '1',
      }),
      timeoutMs: 300_000,
    },
  );
  if (result.code !== 0) throw new Error(`${command} ended with ${result.code}:\n${tail(result.output)}`);
  return result.output;
}

/** A CDK app of the tests, and what it is told beside the page's own `-c`. */
export interface AppOfTest {
  readonly folder: string;
  readonly context?: Readonly<Record<string, string>>;
}

const CLIENTS = {
  cloudformation: { module: cloudFormation as object, client: cloudFormation.CloudFormationClient },
  sqs: { module: sqs as object, client: sqs.SQSClient },
} as const;

const pascal = (kebab: string) => kebab.replaceAll(/(?:^|-)([a-z])/g, (_, first: string) => first.toUpperCase());

/** Does what a command line of AWS says, by the SDK: the command itself need not be installed. */
export async function runAws({ clientConfig }: DeployTarget, command: string): Promise<object> {
  const [, service = '', operation = '', rest = ''] = /^aws (\S+) (\S+)(.*)$/.exec(command) ?? [];
  const known = CLIENTS[service as keyof typeof CLIENTS];
  if (known === undefined) throw new TypeError(`no client for: ${command}`);
  const client = new known.client(clientConfig) as { send(command: object): Promise<object> };
  const input = Object.fromEntries(
    [...rest.matchAll(/ --(no-)?([a-z-]+)(?: (?!--)(\S+))?/g)].map(([, no, name = '', value]) => [
      pascal(name),
      value ?? no === undefined,
    ]),
  );
  const module = known.module as Record<string, new (input: object) => object>;
  if (operation !== 'wait') {
    const Command = module[`${pascal(operation)}Command`];
    if (Command === undefined) throw new TypeError(`no operation for: ${command}`);
    return client.send(new Command(input));
  }
  const [, state = ''] = / (\S+)/.exec(rest) ?? [];
  const wait = known.module as Record<string, (options: object, input: object) => Promise<object>>;
  return wait[`waitUntil${pascal(state)}`]?.({ client, maxWaitTime: 120, minDelay: 1 }, input) ?? {};
}
