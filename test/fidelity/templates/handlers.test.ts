import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ensurePackage } from '../../../localstack/python.ts';
import { HANDLERS } from './deployer.ts';

const CFN_LINT = { spec: 'cfn-lint==1.58.0', what: 'AWS’s schemas of resource types', otherwise: '' };

it('what handlers call, and what identifies a resource, is what AWS’s schemas say', { timeout: 600_000 }, async () => {
  const python = await ensurePackage(CFN_LINT, console.log);
  const script = fileURLToPath(new URL('handlers.py', import.meta.url));
  const { stdout } = await promisify(execFile)(python, [script, ...Object.keys(HANDLERS)], { maxBuffer: 10_000_000 });
  expect(JSON.parse(stdout)).toEqual(HANDLERS);
});
