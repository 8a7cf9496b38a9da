import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, tail } from '../command.ts';
import { EmulatorError, messageOf } from '../errors.ts';
import { installOnce } from '../install-once.ts';
import { workFolder } from '../places.ts';
import { findToolchain, type Toolchain } from './toolchain.ts';

/** LocalStack as it is installed on this machine. */
export interface LocalStackHost {
  /** The Python of its virtual environment. */
  readonly python: string;
  /** What LocalStack calls its libraries: DynamoDB Local and a JDK. */
  readonly libraries: string;
}

/** The last LocalStack that needs no account; the rest is what its Twisted warns without. */
const PACKAGES = ['localstack-core[runtime]==4.14.0', 'service-identity'];
const CONSTRAINTS = join(import.meta.dirname, 'constraints.txt');
const POM = join(import.meta.dirname, 'pom.xml');
const LAUNCHER = join(import.meta.dirname, 'LocalDynamoDb.java');

/** Where LocalStack looks for DynamoDB Local: this jar, and its own below the folder of the same name. */
const JARS = 'DynamoDBLocal_lib';

/**
 * Installs LocalStack 4.14 from PyPI and DynamoDB Local from Maven Central, unless an earlier run did.
 *
 * @param parent folder in which it is made; git ignores it
 * @throws EmulatorError naming what is missing on this machine, or the step that failed
 */
export async function ensureLocalStackHost(log: (line: string) => void, parent?: string): Promise<LocalStackHost> {
  const folder = join(parent ?? (await workFolder()), 'localstack-host');
  const host = { python: join(folder, 'venv', 'bin', 'python'), libraries: join(folder, 'lib') };
  await installOnce(folder, {
    needs: [host.python, join(host.libraries, 'java', '21', 'bin', 'java')],
    version: await version(),
    install: () => install(folder, host, log),
  });
  return host;
}

/** A change of what is installed makes an installation anew. */
async function version(): Promise<string> {
  const sources = await Promise.all([CONSTRAINTS, POM, LAUNCHER].map((file) => readFile(file)));
  const hash = createHash('sha256').update(PACKAGES.join());
  for (const source of sources) hash.update(source);
  return hash.digest('hex');
}

async function install(folder: string, host: LocalStackHost, log: (line: string) => void): Promise<void> {
  const tools = await findToolchain();
  log('installing LocalStack 4.14 with DynamoDB Local (first use only, takes minutes)');
  await mkdir(folder, { recursive: true });
  await step('making a virtual environment', [tools.python, '-m', 'venv', join(folder, 'venv')]);
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '--constraint', CONSTRAINTS];
  await step('installing LocalStack from PyPI', [host.python, ...pip, ...PACKAGES]);
  await installDynamoDb(host.libraries, tools);
}

/** LocalStack would fetch these from its own servers; it uses what it finds in their places. */
async function installDynamoDb(libraries: string, { jdk }: Toolchain): Promise<void> {
  const folder = join(libraries, 'dynamodb-local', '2');
  await mkdir(folder, { recursive: true });
  await mkdir(join(libraries, 'java'));
  // It asks for a Java 21, but runs on what DynamoDB Local does.
  await symlink(jdk, join(libraries, 'java', '21'));
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, JARS)}`];
  await step('fetching DynamoDB Local from Maven Central', ['mvn', '--quiet', '--batch-mode', '--file', POM, ...copy]);
  const classes = join(folder, 'classes');
  const classPath = join(folder, JARS, '*');
  const compile = ['--release', '17', '-classpath', classPath, '-d', classes, LAUNCHER];
  await step('compiling its launcher', [join(jdk, 'bin', 'javac'), ...compile]);
  await writeFile(join(folder, 'manifest'), manifest(await readdir(join(folder, JARS))));
  const jar = join(folder, 'DynamoDBLocal.jar');
  const pack = ['--create', '--file', jar, '--manifest', join(folder, 'manifest'), '-C', classes, '.'];
  await step('packing its launcher', [join(jdk, 'bin', 'jar'), ...pack]);
  await copyFile(jar, join(folder, 'ddb-local-loader-0.1.jar'));
}

/** A manifest's lines are short: each path has one, which begins with a space as it continues the one before. */
function manifest(files: readonly string[]): string {
  const jars = files.filter((name) => name.endsWith('.jar')).sort();
  const classPath = jars.map((name) => `\n  ${JARS}/${name}`).join('');
  return `Main-Class: LocalDynamoDb\nPremain-Class: LocalDynamoDb\nClass-Path: .${classPath}\n`;
}

async function step(what: string, [command, ...args]: readonly [string, ...string[]]): Promise<void> {
  const result = await runCommand(command, args, { timeoutMs: 600_000 }).catch((cause: unknown) => {
    throw new EmulatorError(`${what} failed: ${messageOf(cause)}`, { cause });
  });
  if (result.code === 0) return;
  throw new EmulatorError(`${what} failed: check the network, or use --emulator=embedded.\n${tail(result.output, 6)}`);
}
