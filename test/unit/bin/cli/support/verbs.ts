import { deployed } from './deployed.ts';

/** Every verb of the command, read from its help; one below another as `dlq show`. */
export async function verbsOf(): Promise<string[]> {
  const { run } = deployed();
  const found: string[] = [];
  for (const verb of verbsIn((await run('--help')).stdout)) {
    const below = verbsIn((await run(`${verb} --help`)).stdout).filter((one) => one !== 'help');
    found.push(...(below.length === 0 ? [verb] : below.map((one) => `${verb} ${one}`)));
  }
  return found;
}

function verbsIn(help: string): string[] {
  const [, commands = ''] = help.split('\nCommands:\n');
  const [list = ''] = commands.split('\n\n');
  return [...list.matchAll(/^ {2}([a-z-]+) /gm)].flatMap(([, verb = '']) => (verb === 'help' ? [] : [verb]));
}
