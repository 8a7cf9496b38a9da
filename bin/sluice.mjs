#!/usr/bin/env node
// The command is TypeScript, which Node runs by itself from 24 on: an older one hands over to the checkout's own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [major] = process.versions.node.split('.').map(Number);
const node = here(`../node_modules/node/bin/${process.platform === 'win32' ? 'node.exe' : 'node'}`);

if (!existsSync(here('sluice.ts'))) {
  // The package holds what other programs import; the command knows the job types of the checkout that it stands in.
  console.error('sluice: the command runs in a checkout of Sluice, where the job types are: npx sluice there');
  process.exitCode = 2;
} else if (major >= 24) {
  await import('./sluice.ts');
} else if (existsSync(node)) {
  const child = spawn(node, [here('sluice.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends Ctrl-C to both of us; what comes from elsewhere comes to this process alone.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on('error', (error) => {
    console.error(`sluice: ${node} could not be started: ${error.message}`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + 15;
  });
} else {
  console.error(
    `sluice: Node ${process.versions.node} cannot run it, and the checkout's own Node is not installed: run npm install here, or use Node 24`,
  );
  process.exitCode = 2;
}
