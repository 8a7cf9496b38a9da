import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { type Deployment, type DeployTarget, deploy } from '../../localstack/deploy.ts';
import { type ClientConfig, checkedEmulatorKind, type EmulatorKind, startEmulator } from '../../localstack/emulator.ts';

export const STAGE = 'it';

declare module 'vitest' {
  interface ProvidedContext {
    readonly emulator: EmulatorKind;
    /** By which the emulator is slower than MiniStack; test/vitest.config.ts sets it. */
    readonly patience: number;
    readonly clientConfig: ClientConfig;
    readonly deployment: Deployment;
    /** To deploy more to the same emulator. */
    readonly target: DeployTarget;
  }
}

/** Brings the emulator up (SLUICE_TEST_EMULATOR) and deploys the probe stage to it, once for all integration tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string) => console.log(`  ${line}`);
  const kind = checkedEmulatorKind(process.env.SLUICE_TEST_EMULATOR) ?? 'embedded';
  const emulator = await startEmulator({ force: kind, log });
  try {
    const app = fileURLToPath(new URL('app', import.meta.url));
    const deployment = await deploy(emulator, { stage: STAGE, app, log });
    project.provide('emulator', emulator.kind);
    project.provide('clientConfig', emulator.clientConfig);
    project.provide('deployment', deployment);
    const { kind: emulatorKind, name, endpoint, env, clientConfig } = emulator;
    project.provide('target', { kind: emulatorKind, name, endpoint, env, clientConfig });
    return () => emulator.stop();
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}
