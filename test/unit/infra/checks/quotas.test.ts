import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { ACCOUNT_QUOTAS, QUOTAS, type Quota, TEMPLATE_QUOTAS } from '../../../../lib/infra/checks/quotas.ts';
import { UnsafeConfiguration } from '../../../../lib/infra/checks/unsafe-configuration.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-quotas-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
/** The stack that the templates are of. */
const part = { scope: new Stack(undefined, 'stack'), stage: 'dev', encrypted: false, securityChecks: false };

/** What the check of the templates says of these. */
function saidOf(...templates: readonly (object | string)[]): string[] {
  const stackTemplates = templates.map((template) => {
    const templatePath = join(folder, `${++files}.template.json`);
    writeFileSync(templatePath, typeof template === 'string' ? template : JSON.stringify(template));
    return { templatePath, stackConstructPath: part.scope.node.path, accountId: undefined, region: undefined };
  });
  const context = { stackTemplates, templatePaths: [], appConstruct: undefined as never };
  const { violations } = new UnsafeConfiguration([part]).validate(context);
  return violations
    .filter(({ ruleName }) => ['QuotaPassed', 'NameTooLong'].includes(ruleName))
    .map(({ ruleName, severity, description }) => `${severity} ${ruleName} ${description}`);
}

type Properties = Record<string, unknown>;
const x = (length: number) => 'x'.repeat(length);
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const widgets = (...all: object[]) => ({
  DashboardBody: JSON.stringify({ widgets: all.map((properties) => ({ properties })) }),
});
const metrics = (count: number) => ({ metrics: many(count, (i) => ['N', `m${i}`]) });
const policy = (...Statement: object[]) => ({ PolicyDocument: { Statement } });

/** Properties of a resource that has just so much of what is no plain property. */
const WITH: Readonly<Record<string, (count: number) => Properties>> = {
  'characters of its inline policies': (count) => ({ Policies: [{ PolicyDocument: { a: x(count - 8) } }] }),
  principals: (count) => policy({ Principal: { AWS: many(count, String) } }),
  conditions: (count) => policy(...many(count, (i) => ({ Condition: { StringEquals: { [`k${i}`]: 'v' } } }))),
  'actions of a statement': (count) => policy({ Action: many(count, String) }),
  widgets: (count) => widgets(...many(count, () => ({}))),
  'metrics of a widget': (count) => widgets(metrics(count)),
  metrics: (count) => widgets(...many(10, () => metrics(Math.floor(count / 10))), metrics(count % 10)),
  'alarms of a widget': (count) => widgets({ alarms: many(count, String) }),
  'characters of a search': (count) => widgets({ metrics: [[{ expression: `SEARCH('${x(count)}', 'Sum')` }]] }),
  'alarms of its rule': (count) => ({ AlarmRule: many(count, (i) => `ALARM("${i}")`).join(' OR ') }),
  'prefixes of log groups': (count) => ({
    QueryString: `SOURCE logGroups(namePrefix: [${many(count, (i) => `'${i}'`)}]) | limit 1`,
  }),
  'characters of an input': (count) => ({ Targets: [{ InputTransformer: { InputTemplate: x(count) } }] }),
};

/** A document whose text is so long. */
const documentOf = (length: number) => ({ a: x(length - 8) });

function propertiesWith({ what, unit, count }: Quota, amount: number): Properties {
  const make = WITH[what];
  if (make !== undefined) return make(amount);
  if (count !== undefined) throw new Error(`nothing here makes ${what}`);
  const isDocument = /(Document|KeyPolicy|EventPattern|Variables)$/.test(what);
  const value = unit === 'pieces' ? many(amount, () => ({})) : isDocument ? documentOf(amount) : x(amount);
  return what.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Properties;
}

const template = ({ type }: Pick<Quota, 'type'>, Properties: Properties) => ({
  Resources: { It: { Type: type, Properties } },
});

describe('a quota of AWS that a resource passes is refused at synth', () => {
  test.each(QUOTAS.map((quota) => [`${quota.type} ${quota.what}`, quota] as const))('%s', (_title, quota) => {
    expect(quota.source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/.+\.html$/);
    expect(saidOf(template(quota, propertiesWith(quota, quota.most))), 'at the quota').toEqual([]);
    const [said, ...more] = saidOf(template(quota, propertiesWith(quota, quota.most + 1)));
    expect(more).toEqual([]);
    const size = `${quota.most + 1}${quota.unit === 'pieces' ? '' : ` ${quota.unit}`}`;
    expect(said).toMatch(/^error (QuotaPassed|NameTooLong) /);
    expect(said).toContain(`has ${size}, AWS allows ${quota.most} (${quota.source})`);
    expect(said).toContain(quota.what);
  });

  test('by what its references will be, not by how they are written', () => {
    const arn = {
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':sqs:',
          { Ref: 'AWS::Region' },
          ':',
          { Ref: 'AWS::AccountId' },
          `:${x(80)}`,
        ],
      ],
    };
    const Statement = [{ Resource: many(50, () => arn) }];
    const written = JSON.stringify(Statement).length;
    expect(written).toBeGreaterThan(9700);
    expect(saidOf(template({ type: 'AWS::IAM::ManagedPolicy' }, { PolicyDocument: { Statement } }))).toEqual([
      expect.stringMatching(/PolicyDocument has 6[4-9]\d\d characters, AWS allows 6144/),
    ]);
  });

  test('counting together all policies that stand in a role', () => {
    const half = { PolicyDocument: documentOf(5121), Roles: [{ Ref: 'Role' }] };
    const Resources = {
      Role: { Type: 'AWS::IAM::Role', Properties: {} },
      One: { Type: 'AWS::IAM::Policy', Properties: half },
      Other: { Type: 'AWS::IAM::Policy', Properties: half },
    };
    expect(saidOf({ Resources })).toEqual([expect.stringContaining('has 10242, AWS allows 10240')]);
  });
});

describe('a quota of CloudFormation that a template passes is refused', () => {
  test.each(Object.entries(TEMPLATE_QUOTAS.sections))('%s', (section, most) => {
    const with_ = (count: number) => ({ [section]: Object.fromEntries(many(count, (i) => [`n${i}`, { Type: 'A' }])) });
    expect(saidOf(with_(most))).toEqual([]);
    expect(saidOf(with_(most + 1))).toEqual([
      `error QuotaPassed ${section}: ${most + 1}, CloudFormation allows ${most} (${TEMPLATE_QUOTAS.source})`,
    ]);
  });

  test('its size and its description', () => {
    const padded = (bytes: number) => '{}'.padEnd(bytes);
    expect(saidOf(padded(1_048_576))).toEqual([]);
    expect(saidOf(padded(1_048_577))[0]).toMatch(/bytes of the template: 1048577, CloudFormation allows 1048576/);
    expect(saidOf({ Description: x(1024) })).toEqual([]);
    expect(saidOf({ Description: 'é'.repeat(513) })[0]).toMatch(/bytes of Description: 1026/);
  });
});

test.each(ACCOUNT_QUOTAS.map((quota) => [quota.type, quota] as const))(
  'stacks that together have more of %s than an account has room for only warn',
  (type, { most }) => {
    const stack = (count: number) => ({ Resources: Object.fromEntries(many(count, (i) => [`n${i}`, { Type: type }])) });
    const stacks = (count: number) => [...many(Math.floor(count / 100), () => stack(100)), stack(count % 100)];
    expect(saidOf(...stacks(most))).toEqual([]);
    expect(saidOf(...stacks(most + 1))[0]).toContain(
      `warning QuotaPassed ${type}: the stacks together have ${most + 1}, an account has room for ${most}`,
    );
  },
);
