import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { ensurePackage } from '../../localstack/python.ts';
import { codeOf } from '../support/page-code.ts';
import { type Inbox, openInbox } from './support/inbox.ts';
import { download, inFolder, needs, run } from './support/toolchains.ts';

const sample = (language: string, having = '') =>
  codeOf({ page: 'lib/producer/README.md', heading: 'Any language', language, having });
const PAYLOAD = { to: ['ada@example.com'], subject: 'Hi', text: 'Welcome' };
const GO_MODULES = [
  'github.com/aws/aws-sdk-go-v2/config@v1.33.16',
  'github.com/aws/aws-sdk-go-v2/service/sqs@v1.52.11',
];

let inbox: Inbox;
beforeAll(async () => {
  inbox = await openInbox();
});
afterAll(() => inbox.close());

const sends = (folder: string, command: string, ...args: string[]) =>
  run(command, args, { cwd: folder, env: { QUEUE_URL: inbox.url } });

describe('the sends of lib/producer/README.md, as a consumer reads them', () => {
  it('AWS CLI', async (context) => {
    await needs(context, 'aws', '--version');
    const code = sample('bash', 'sqs send-message');
    expect(code).toContain('sluice-prod-send-email');
    // Version 1 of the CLI looks past AWS_ENDPOINT_URL for SQS alone.
    const here = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }\n';
    const named = code.replace('sluice-prod-send-email', inbox.name);
    await inFolder((folder) => sends(folder, 'bash', '-ec', here + named));
    expect(await inbox.next()).toMatchObject({ jobId: 'welcome-42', named: true, payload: PAYLOAD });
  });

  it('Python', async (context) => {
    const boto3 = { spec: 'boto3==1.43.11', what: 'the Python example', otherwise: '' };
    const python = await download(context, 'boto3', () => ensurePackage(boto3, console.log));
    await inFolder((folder) => sends(folder, python, '-c', sample('python')));
    expect(await inbox.next()).toMatchObject({
      jobId: 'welcome-43',
      group: 'tenant-7',
      runAtMs: Date.parse('2026-12-01T08:00:00Z'),
      payload: PAYLOAD,
    });
  }, 600_000);

  it('Go', async (context) => {
    await needs(context, 'go', 'version');
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'main.go'), sample('go'));
      await sends(folder, 'go', 'mod', 'init', 'send');
      await download(context, 'the Go SDK', () => sends(folder, 'go', 'get', ...GO_MODULES));
      await sends(folder, 'go', 'run', '.');
    });
    expect(await inbox.next()).toMatchObject({ jobId: 'welcome-44', group: 'tenant-7', payload: PAYLOAD });
  }, 900_000);

  it('Java', async (context) => {
    await needs(context, 'mvn', '--version');
    await needs(context, 'java', '--version');
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'pom.xml'), pomWith(sample('xml')));
      await writeFile(join(folder, 'Send.java'), sample('java'));
      const path = await classPath(context, folder);
      await sends(folder, 'java', '-cp', path, 'Send.java');
    });
    expect(await inbox.next()).toMatchObject({ jobId: 'welcome-45', group: 'tenant-7', payload: PAYLOAD });
  }, 600_000);
});

const pomWith = (dependency: string) => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>send</artifactId>
  <version>1</version>
  <dependencies>
${dependency}
  </dependencies>
</project>
`;

/** Where Maven put the SDK and what it needs. */
async function classPath(context: TestContext, folder: string): Promise<string> {
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath';
  const args = ['--quiet', '--batch-mode', goal, '-Dmdep.outputFile=classpath'];
  await download(context, 'the Java SDK', () => sends(folder, 'mvn', ...args));
  return readFile(join(folder, 'classpath'), 'utf8');
}
