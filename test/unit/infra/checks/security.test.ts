import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../../../bin/catalogue.ts';
import { type AppSource, buildApp } from '../../../../lib/infra/app.ts';
import { acknowledge, acknowledgeWildcard } from '../../../../lib/infra/checks/security.ts';
import type { JobResources } from '../../../../lib/infra/job/job-resources.ts';
import { workFolder } from '../../../../localstack/places.ts';
import { warningsIn } from '../../../../localstack/synth-warnings.ts';
import { SETTINGS } from '../../../fidelity/templates/synth.ts';
import { codeOf } from '../../../support/page-code.ts';
import { shop } from '../../../support/shop/app.ts';
import { cdkJson, jobs, makeApp, plain } from '../support/fixture.ts';

const OUT = mkdtempSync(join(tmpdir(), 'sluice-security-'));
afterAll(() => rmSync(OUT, { recursive: true }));

interface Report {
  readonly pluginName: string;
  readonly conclusion: string;
  readonly suppressedViolations: { readonly acknowledgedAt: string; readonly acknowledgedId: string }[];
}
const shortId = (id: string) => id.replace('AwsSolutions::AwsSolutions-', '');

async function appOf(settings: Record<string, unknown>, name: string, source: AppSource = shop) {
  const outdir = join(OUT, name);
  const context = { ...cdkJson.context, 'aws:cdk:bundling-stacks': [], ...settings };
  return { app: buildApp({ ...source, props: { outdir, context } }), outdir };
}

const accepted = (app: App): string[] =>
  app.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .map(([id, reason]) => {
        expect(reason.length, `${id} says why`).toBeGreaterThan(20);
        return `${construct.node.path}: ${shortId(id)}`;
      }),
  );

describe.each(Object.entries(SETTINGS))('stage %s', (name, settings) => {
  test('passes cdk-nag’s AwsSolutions checks in all stacks', async () => {
    const { app, outdir } = await appOf(settings, name);
    app.synth();
    const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
      pluginReports: Report[];
    };
    // Without a finding a plugin is not in the report: these are what was accepted, and nothing was accepted in vain.
    expect(pluginReports.map(({ pluginName, conclusion }) => [pluginName, conclusion])).toEqual([
      ['AwsSolutions', 'success'],
    ]);
    const needed = pluginReports.flatMap(({ suppressedViolations }) =>
      suppressedViolations.map(({ acknowledgedAt, acknowledgedId }) => `${acknowledgedAt}: ${shortId(acknowledgedId)}`),
    );
    expect(needed.toSorted()).toEqual(accepted(app).toSorted());
  }, 120_000);
});

test('the job types of the checkout pass them too', async () => {
  const { app, outdir } = await appOf(SETTINGS.prod, 'catalogue', await catalogue());
  app.synth();
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
    pluginReports: Report[];
  };
  expect(pluginReports.map(({ pluginName, conclusion }) => [pluginName, conclusion])).toEqual([
    ['AwsSolutions', 'success'],
  ]);
}, 120_000);

test('every acknowledgement is on this list, with its reason', async () => {
  const { app } = await appOf(SETTINGS.prod, 'acknowledged');
  const own = 'arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/aws/lambda/sluice-prod-';
  const streams = (stack: string, role: string, name = stack) =>
    `sluice-prod-${stack}/${role}: IAM5[Resource::${own}${name}:log-stream:*]`;
  const operators = (policy: string) => (resource: string) => {
    const arn = resource.replace(':*:', ':<AWS::Region>:<AWS::AccountId>:');
    const whole = resource === '*' ? resource : `arn:<AWS::Partition>:${arn}`;
    return `sluice-prod-core/Operators/${policy}: IAM5[Resource::${whole}]`;
  };
  expect(accepted(app)).toEqual([
    'sluice-prod-core/Dispatcher: IAM5[Resource::arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:sluice-prod-*]',
    streams('core', 'Dispatcher/FunctionRole', 'dispatcher'),
    ...['sqs:*:sluice-prod-*', 'logs:*:log-group:/aws/lambda/sluice-prod-*'].map(operators('Read')),
    ...['cloudformation:*:stack/sluice-prod-*/*', 'events:*:rule/sluice-prod-*', '*'].map(operators('Read')),
    operators('Read')('scheduler:*:schedule/sluice-prod-schedules/*'),
    ...['sqs:*:sluice-prod-*-dlq', 'sqs:*:sluice-prod-*', 'lambda:*:event-source-mapping:*'].map(operators('Redrive')),
    operators('Redrive')('scheduler:*:schedule/sluice-prod-schedules/*'),
    'sluice-prod-core/Schedules/DeadLetters: SQS3',
    'sluice-prod-core/Schedules/Role: IAM5[Resource::arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:sluice-prod-*]',
    'sluice-prod-send-email: IAM5[Resource::arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:template/*]',
    streams('send-email', 'ConsumerRole'),
    streams('process-payment', 'ConsumerRole'),
    'sluice-prod-process-payment/StripeApiKey: SMG4',
    streams('sync-data', 'ConsumerRole'),
    expect.stringMatching(/^sluice-prod-generate-report: IAM5\[Resource::<Reports\w+\.Arn>\/reports\/\*\]$/),
    streams('generate-report', 'ConsumerRole'),
    'sluice-prod-generate-report/Reports: S1',
  ]);
});

/** What `cdk synth` says of a job type whose `resources.ts` does this. */
function said(resources: JobResources, context: Record<string, unknown> = {}, definition = plain): string {
  const app = makeApp({
    jobs: [{ definition, entry: jobs[0]?.entry ?? '', resources }],
    context: { securityChecks: 'on', ...context },
  });
  try {
    app.synth();
    return '';
  } catch (error) {
    return (error as Error).message.replaceAll(/[\s│]+/g, ' ');
  }
}

/** The number of the line of this file that has a text, after another. */
function lineOf(text: string, after: string): number {
  const lines = readFileSync(import.meta.filename, 'utf8').split('\n');
  const from = lines.findIndex((line) => line.includes(after));
  return lines.findIndex((line, i) => i >= from && line.includes(text)) + 1;
}

test('a stack of the team’s own in the same app is not checked', () => {
  const app = makeApp({
    jobs: [{ definition: plain, entry: jobs[0]?.entry ?? '' }],
    context: { securityChecks: 'on' },
  });
  // Its name begins as that of a checked one does.
  new Bucket(new Stack(app, 'sluice-dev-plain-shop'), 'Open');
  expect(() => app.synth()).not.toThrow();
});

describe('the resources of a job type are checked as well', () => {
  const wild: JobResources = ({ consumer }) =>
    consumer.addToRolePolicy(new PolicyStatement({ actions: ['s3:*'], resources: ['arn:aws:s3:::mine/*'] }));

  test('a wildcard in an action or a resource is refused', () => {
    const report = said(wild);
    expect(report).toContain('AwsSolutions-IAM5[Action::s3:*]');
    expect(report).toContain('AwsSolutions-IAM5[Resource::arn:aws:s3:::mine/*]');
  });

  test('a wildcard in a resource is accepted with a reason; the other is still refused', () => {
    const report = said((props) => {
      wild(props);
      acknowledgeWildcard(props.scope, {
        resource: 'arn:aws:s3:::mine/*',
        reason: 'the objects are named by the jobs',
      });
    });
    expect(report).toContain('AwsSolutions-IAM5[Action::s3:*]');
    expect(report).not.toContain('Resource::arn:aws:s3:::mine/*');
  });

  test('a traced type may send segments on all resources, and nothing else', () => {
    const traced = { ...plain, tracing: true };
    expect(said(() => undefined, {}, traced)).not.toContain('sluice-dev-plain/');
    const more: JobResources = ({ consumer }) =>
      consumer.addToRolePolicy(new PolicyStatement({ actions: ['s3:*'], resources: ['arn:aws:s3:::mine/*'] }));
    expect(said(more, {}, traced)).toContain('AwsSolutions-IAM5[Resource::arn:aws:s3:::mine/*]');
  });

  const REASON = 'a test accepts whatever is found in this bucket';
  const granted: JobResources = ({ scope, consumer }) => void new Bucket(scope, 'Images').grantRead(consumer);

  test('what bucket.grantRead(consumer) is refused for names the call that ends it, and these calls end all of it', () => {
    const report = said(granted);
    const calls = [...report.matchAll(/acknowledge\((scope|construct), \{ rule: '([^']+)'/g)];
    expect(calls.map(([, , rule]) => rule).toSorted()).toEqual([
      ...['IAM5[Action::s3:GetBucket*]', 'IAM5[Action::s3:GetObject*]', 'IAM5[Action::s3:List*]', 'S1', 'S10'],
    ]);
    expect(report).toMatch(/acknowledgeWildcard\(scope, \{ resource, .* \(<Images\w+\.Arn>\/\*\)/);
    expect(report.match(/Suggested fix/g)).toHaveLength(6);
    const accepted: JobResources = ({ scope, consumer }) => {
      const bucket = new Bucket(scope, 'Images');
      bucket.grantRead(consumer);
      for (const [, on, rule = ''] of calls) acknowledge(on === 'scope' ? scope : bucket, { rule, reason: REASON });
      acknowledgeWildcard(scope, { resource: bucket.arnForObjects('*'), reason: REASON });
    };
    expect(said(accepted)).toBe('');
  });

  test('a wildcard is told by the line of resources.ts that gives it', () => {
    const report = said(granted);
    const line = lineOf('grantRead(consumer);', 'const granted');
    const told = [...report.matchAll(/Suggested fix: In (\S+),/g)].map(([, place]) => place);
    const ofGrant = told.filter((place) => place === `test/unit/infra/checks/security.test.ts:${line}`);
    expect([ofGrant.length, told.filter((place) => place === 'resources.ts').length]).toEqual([4, 2]);
    const both = said((props) => {
      wild(props);
      granted(props);
    });
    expect(both).toContain(
      `Suggested fix: In test/unit/infra/checks/security.test.ts:${lineOf("actions: ['s3:*']", 'const wild')},`,
    );
  });

  test.each([
    ['grantRead', ['IAM5[Resource::<B.Arn>/*]', 'S1', 'S10']],
    ['grantReadWrite', ['IAM5[Resource::<B.Arn>/*]', 'S1', 'S10']],
  ] as const)('written as told in place of bucket.%s, no wildcard of an action is left', (grant, left) => {
    const report = said(({ scope, consumer }) => void new Bucket(scope, 'Images')[grant](consumer));
    const statements = [...report.matchAll(/actions: \[('[^\]]+')\], resources: \[bucket\.(\w+)/g)];
    expect(statements.length).toBeGreaterThan(1);
    const rewritten = said(({ scope, consumer }) => {
      const bucket = new Bucket(scope, 'Images');
      for (const [, actions = '', on] of statements) {
        const resources = [on === 'bucketArn' ? bucket.bucketArn : bucket.arnForObjects('*')];
        consumer.addToRolePolicy(new PolicyStatement({ actions: actions.replaceAll("'", '').split(', '), resources }));
      }
    });
    const rules = [...rewritten.matchAll(/Acknowledge with 'AwsSolutions::AwsSolutions-([^']+)'/g)].map(
      ([, rule = '']) => rule,
    );
    expect(rules.map((rule) => rule.replace(/<Images\w+\.Arn>/, '<B.Arn>')).toSorted()).toEqual(left);
  });

  test('the same is a warning on an emulator, and in its report', () => {
    const app = makeApp({
      jobs: [{ definition: plain, entry: jobs[0]?.entry ?? '', resources: granted }],
      context: { securityChecks: 'on', emulator: 'embedded' },
    });
    app.synth();
    const [first] = warningsIn(app.outdir);
    expect(warningsIn(app.outdir)).toHaveLength(6);
    expect(first).toMatch(
      /^sluice-dev-plain\/ConsumerRole.*: AwsSolutions-IAM5.* In test\/unit\/infra\/\S+, leave out s3:GetBucket\*/,
    );
  });

  test('the page’s resources.ts passes them', async () => {
    const code = codeOf({ page: 'functions/README.md', heading: 'resources.ts', language: 'ts' });
    const file = join(await workFolder('page'), 'resources.ts');
    writeFileSync(file, code);
    const { resources } = (await import(file)) as { resources: JobResources };
    expect(said(resources)).toBe('');
  });

  test('an acknowledgement without a reason is refused', () => {
    expect(() => said(({ scope }) => acknowledge(scope, { rule: 'S1', reason: 'ok' }))).toThrow(
      'acknowledging S1 needs a reason, got "ok"',
    );
  });

  test('a queue that takes plain HTTP is refused', () => {
    const plainHttp = said(({ scope }) => void new Queue(scope, 'Mine'));
    expect(plainHttp).toContain('SQS4');
    const ours = said(({ scope }) => {
      for (const { node } of scope.node.findAll().filter((one) => one instanceof CfnQueue)) {
        node.scope?.node.tryRemoveChild('Policy');
      }
    });
    expect(ours).toContain('SQS4');
  });

  test('on an emulator nothing is refused', () => {
    expect(said(wild, { emulator: 'embedded' })).toBe('');
  });
});
