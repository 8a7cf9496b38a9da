import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generatedPart } from '../../support/tools/generated.ts';
import { actionsFor, deployPolicies, HANDLERS } from './deployer.ts';
import { allTypes, MARKS, PAGE, rightsPart } from './deployer-page.ts';
import { SETTINGS, synthesize } from './synth.ts';

const page = readFileSync(PAGE, 'utf8');
const types = await allTypes();

describe('what CloudFormation may', () => {
  it('is what the page says', () => {
    expect(generatedPart(page, MARKS)).toBe(rightsPart(types));
  });

  it('is not known of a type that nobody has looked up', () => {
    expect(() => actionsFor([...types, 'AWS::Kinesis::Stream'])).toThrow(
      /no actions are known for AWS::Kinesis::Stream/,
    );
  });

  it('leaves every type the actions that make and delete it', () => {
    for (const type of types) {
      const left = actionsFor([type]);
      const own = HANDLERS[type]?.actions ?? [];
      const makes = (action: string) =>
        /:(Create|Put|Set|Add|Delete|Remove)/.test(action) && !action.startsWith('iam:Pass');
      expect(left.some(makes), type).toBe(own.some(makes));
    }
  });

  it('leaves out what is for properties that no template has', async () => {
    const templates = await Promise.all(Object.values(SETTINGS).map((settings) => synthesize(settings)));
    const text = JSON.stringify(templates);
    const properties = [
      ...[
        'VpcConfig',
        'FileSystemConfigs',
        'CodeSigningConfigArn',
        'CapacityProviderConfig',
        'KinesisStreamSpecification',
      ],
      ...[
        'WriteProvisionedThroughputSettings',
        'DataProtectionPolicy',
        'BearerTokenAuthenticationEnabled',
        'ReplicaRegions',
      ],
      ...['WebsiteConfiguration', 'ObjectLockEnabled', 'MetadataTableConfiguration', 'AnalyticsConfigurations'],
      ...[
        'InventoryConfigurations',
        'IntelligentTieringConfigurations',
        'MetricsConfigurations',
        'AccelerateConfiguration',
      ],
    ];
    expect(properties.filter((name) => text.includes(`"${name}"`))).toEqual([]);
  });

  it('fits into two policies, and hands on no role but the stage’s', () => {
    const { services, roles } = deployPolicies(types);
    // IAM quotas, "Managed policies": 6,144 characters.
    for (const policy of [services, roles]) expect(JSON.stringify(policy).length).toBeLessThan(6144 - 200);
    const passing = [services, roles].flatMap(({ Statement }) =>
      Statement.filter(({ Action }) => Action.includes('iam:PassRole')),
    );
    expect(passing).toMatchObject([{ Resource: 'arn:aws:iam::<account>:role/<app>-<stage>-*' }]);
    const writes = roles.Statement.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
    expect(writes.filter((action) => !/^iam:(Get|List)/.test(action))).toEqual([]);
  });
});

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number>>;
}
interface Job {
  readonly if: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly strategy?: { readonly 'max-parallel': number; readonly matrix: { readonly stage: readonly string[] } };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: { readonly pull_request: null; readonly push: { readonly branches: readonly string[] } };
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: { readonly diff: Job; readonly deploy: Job };
}

describe('the workflow of GitHub Actions', () => {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const workflow = parse(text) as Workflow;
  const { diff, deploy } = workflow.jobs;
  const runsOf = ({ steps }: Job) => steps.flatMap(({ run }) => run ?? []);
  const usesOf = ({ steps }: Job) => steps.flatMap(({ uses }) => uses ?? []);
  const roleOf = ({ steps }: Job) => steps.find(({ uses }) => uses?.includes('configure-aws-credentials'))?.with;

  it('shows a pull request’s diff by a role that reads, and deploys main', () => {
    expect([diff.if, deploy.if]).toEqual(["github.event_name == 'pull_request'", "github.event_name == 'push'"]);
    expect(workflow.on.push.branches).toEqual(['main']);
    expect(runsOf(diff)).toEqual(['npm ci', expect.stringMatching(/^npx cdk diff --all --method template -c stage=/)]);
    expect(roleOf(diff)?.['role-to-assume']).toMatch(/^arn:aws:iam::\d{12}:role\/sluice-diff$/);
    expect(runsOf(deploy).join('\n')).not.toContain('diff');
  });

  it('asks for a token by OIDC in its jobs alone, and keeps no key', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const { permissions } of [diff, deploy])
      expect(permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(text).not.toMatch(/secrets\.|access-key/);
  });

  it('installs by the lock file, tests, and deploys one stage after another, each in its environment', () => {
    expect(runsOf(deploy)).toEqual([
      'npm ci',
      'npm test',
      expect.stringMatching(/^npx cdk deploy --all --require-approval never/),
    ]);
    expect(deploy.strategy).toEqual({ 'max-parallel': 1, matrix: { stage: ['test', 'staging', 'prod'] } });
    expect(deploy.environment).toBe(`\${{ matrix.stage }}`);
    expect(runsOf(deploy).at(-1)).toContain(`-c stage=\${{ matrix.stage }}`);
  });

  it('pins every action by the hash of a commit, with its version behind', () => {
    const uses = [...usesOf(diff), ...usesOf(deploy)];
    expect(uses).toHaveLength(6);
    for (const one of uses) expect(one).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    expect(text.match(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/gm)).toHaveLength(6);
  });
});
