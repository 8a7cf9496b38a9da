import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { initProject, type OwnManifest } from '../../../lib/operator/authoring/init-project.ts';
import { makePrinter } from '../print.ts';
import { SLUICE_FOLDER } from '../project.ts';
import type { Run } from '../verb.ts';

export function initVerb(program: Command, { host }: Run): void {
  program
    .command('init')
    .summary('write a project that installs Sluice')
    .description(
      'Writes a project with one job type, its test, the CDK app, and scripts to run, deploy and destroy it.',
    )
    .argument('[folder]', 'where it is written', '.')
    .option('--package <spec>', 'what npm gets Sluice by, as a tarball’s path (default: this version)')
    .option('--json', 'print JSON, for programs')
    .option('--debug', 'show where an error came from')
    .action(async (folder: string, options: { json?: boolean; package?: string }) => {
      const print = makePrinter({ json: options.json === true, host });
      const manifest = JSON.parse(await readFile(join(SLUICE_FOLDER, 'package.json'), 'utf8')) as OwnManifest;
      const files = await initProject(folder, { manifest, package: options.package });
      if (print.result({ folder: resolve(folder), files })) return;
      for (const file of files) print.line(join(folder, file));
      print.note('Next:');
      if (resolve(folder) !== process.cwd()) print.note(`  cd ${folder}`);
      for (const command of ['npm install', 'npm test', 'npm run local']) print.note(`  ${command}`);
    });
}
