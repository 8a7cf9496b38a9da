import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { IPolicyValidationContext, PolicyValidationPluginReport } from 'aws-cdk-lib';
import type { Judged } from './template-rules.ts';

// A process of its own: see TemplateRules. With many templates one more for each core, since the engine uses one.
const PART = '--part';
/** Each process compiles the engine: two took 16 s of CPU for 60 templates, where one took 6 to 8. */
const FEWEST_A_PART = 100;

async function judged(templates: Judged): Promise<PolicyValidationPluginReport> {
  const { CloudFormationValidatePlugin } = await import('aws-cdk-lib');
  // The rules read the templates alone.
  return new CloudFormationValidatePlugin().validate(templates as IPolicyValidationContext);
}

async function judgedElsewhere(templates: Judged): Promise<PolicyValidationPluginReport> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), PART], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(templates));
  const said = text(child.stdout);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`a process that checks templates ended with ${code}`);
  return JSON.parse(await said) as PolicyValidationPluginReport;
}

function partsOf({ stackTemplates }: Judged): Judged[] {
  const parts = Math.max(1, Math.min(availableParallelism(), Math.floor(stackTemplates.length / FEWEST_A_PART)));
  return Array.from({ length: parts }, (_, part) => {
    const some = stackTemplates.filter((_one, i) => i % parts === part);
    return { stackTemplates: some, templatePaths: some.map(({ templatePath }) => templatePath) };
  });
}

async function judgedInParts(parts: readonly Judged[]): Promise<PolicyValidationPluginReport> {
  const reports = await Promise.all(parts.map(judgedElsewhere));
  return {
    success: reports.every(({ success }) => success),
    violations: reports.flatMap(({ violations }) => violations),
  };
}

const templates = JSON.parse(await text(process.stdin)) as Judged;
const parts = process.argv.includes(PART) ? [templates] : partsOf(templates);
const report = parts.length === 1 ? await judged(templates) : await judgedInParts(parts);
process.stdout.write(JSON.stringify(report));
