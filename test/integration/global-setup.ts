import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { type Deployment, deploy } from '../../localstack/deploy.ts';
import { type ClientConfig, startEmulator } from '../../localstack/emulator.ts';

export const STAGE = 'it';

declare module 'vitest' {
  interface ProvidedContext {
    readonly clientConfig: ClientConfig;
    readonly deployment: Deployment;
  }
}

/** Brings the emulator up and deploys the probe stage to it, once for all integration tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string) => console.log(`  ${line}`);
  const emulator = await startEmulator({ force: 'embedded', log });
  try {
    const app = fileURLToPath(new URL('app', import.meta.url));
    const deployment = await deploy(emulator, { stage: STAGE, app, log });
    project.provide('clientConfig', emulator.clientConfig);
    project.provide('deployment', deployment);
    return () => emulator.stop();
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}
