import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { JOB_TYPES } from '../../../functions/index.ts';
import { inDepth } from '../../support/depth.ts';
import { FULLEST, SETTINGS } from './synth.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The CDK's own eyes: its construct checks, and CloudFormation's rules as errors (`validateAgainstDefaultRules`). */
it.each(Object.entries(inDepth(SETTINGS, FULLEST)))(
  'cdk synth --strict passes for %s',
  async (_name, settings) => {
    const output = await mkdtemp(join(tmpdir(), 'sluice-synth-'));
    try {
      const context = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      const args = ['synth', '--strict', '--quiet', '--no-notices', '--output', output, ...context];
      await promisify(execFile)(join(ROOT, 'node_modules/.bin/cdk'), args, {
        cwd: ROOT,
        env: { ...process.env, CI: 'true' },
      });
      const templates = (await readdir(output)).filter((file) => file.endsWith('.template.json'));
      expect(templates).toHaveLength(JOB_TYPES.length + 1);
    } finally {
      await rm(output, { recursive: true });
    }
  },
  120_000,
);
