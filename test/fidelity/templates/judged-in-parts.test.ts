import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PolicyValidationPluginReport } from 'aws-cdk-lib';
import { expect, it } from 'vitest';

const JUDGE = fileURLToPath(new URL('../../../lib/infra/checks/judge-templates.ts', import.meta.url));
/** So many that each core has a process. */
const TEMPLATES = 200;
const FAULTY = [0, 101, 199];

it('CloudFormation’s rules find the faulty templates of a large app in whichever process they are judged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-judged-'));
  try {
    const paths = Array.from({ length: TEMPLATES }, (_, i) => {
      const path = join(folder, `${i}.template.json`);
      const Properties = { VisibilityTimeout: FAULTY.includes(i) ? 99_999 : 60 };
      writeFileSync(path, JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties } } }));
      return path;
    });
    const stackTemplates = paths.map((templatePath) => ({ templatePath, stackConstructId: 'Stack' }));
    const input = JSON.stringify({ templatePaths: paths, stackTemplates });
    const { status, stdout, stderr } = spawnSync(process.execPath, [JUDGE], { input, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const { success, violations } = JSON.parse(stdout) as PolicyValidationPluginReport;
    expect(success).toBe(false);
    const found = violations.flatMap(({ violatingResources }) => violatingResources.map((one) => one.templatePath));
    expect(found.sort()).toEqual(FAULTY.map((i) => paths[i]).sort());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
