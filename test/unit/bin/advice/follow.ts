import type { Ran } from '../../../support/cli.ts';
import type { TerminalOptions } from '../../../support/terminal.ts';
import { type Deployed, deployed } from '../cli/support/deployed.ts';

/** Advice that a test follows: it is printed, what it says is typed, and what it promises is looked at. */
export interface Followed {
  /** As it stands in the source or the page; `<…>` is what is put in. */
  readonly says: string;
  /** Brings its situation about, and prints it. */
  readonly when?: (there: Place) => Promise<Ran>;
  /** Brings the situation about of advice that is not printed, but stands on a page or in an alarm. */
  readonly amid?: (there: Place) => unknown;
  /** What is typed then. @default the command that it holds */
  readonly type?: (said: Said, there: Place) => string | readonly string[] | Promise<string>;
  /** Of all runs. */
  readonly at?: TerminalOptions;
  readonly gives: (ran: Ran, there: Place, all: readonly Ran[]) => void | Promise<void>;
}

/** Advice that no test of this register follows. */
export interface Told {
  readonly says: string;
  /** Where it is followed, or why it cannot be. */
  readonly by: string;
}

/** Advice, as it was printed. */
export interface Said {
  readonly text: string;
  /** Its options, in order. */
  readonly options: readonly string[];
  /** What is put into it, in order. */
  readonly values: readonly string[];
}

/** A stage, and two ways to ask of it. */
export interface Place extends Deployed {
  /** As the first command was given: its stage is named on the command line. */
  first(args: string, options?: TerminalOptions): Promise<Ran>;
}

/** A variable that names another stage: advice that forgets the stage finds nothing there. */
const ELSEWHERE = { env: { SLUICE_STAGE: 'elsewhere' } };

/** Carries an advice out, up to what it promises. */
export async function follow({ says, when, amid, type, at = {}, gives }: Followed): Promise<void> {
  const there = deployed();
  const first: Place['first'] = (args, options) =>
    there.run(`${args} --stage test`, { ...ELSEWHERE, ...at, ...options });
  const place = { ...there, first };
  await amid?.(place);
  const printed = await when?.(place);
  const said = printed === undefined ? { text: filled(says), options: [], values: [] } : saidIn(printed, says);
  const typed = type === undefined ? commandOf(said.text) : await type(said, place);
  const env = printed === undefined ? {} : ELSEWHERE;
  const all: Ran[] = [];
  for (const args of [typed].flat()) all.push(await there.run(args, { ...env, ...at }));
  const last = all.at(-1);
  if (last === undefined) throw new TypeError(`nothing was typed for: ${says}`);
  await gives(last, place, all);
}

const PUT_IN = /<flags>|<[^<>]*>/g;

function saidIn({ stdout, stderr }: Ran, says: string): Said {
  const escaped = says.split(PUT_IN).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const puts = [...says.matchAll(PUT_IN)].map(([put], i, { length }) => {
    if (put === '<flags>') return String.raw`((?: --[a-z-]+(?: [\w.:/-]+)?)*)`;
    const isWord = escaped[i + 1] === '' && (i === length - 1 || says.includes(`${put}<flags>`));
    return isWord ? String.raw`(\S+)` : '(.*?)';
  });
  const found = new RegExp(escaped.map((part, i) => `${part}${puts[i] ?? ''}`).join('')).exec(`${stderr}${stdout}`);
  if (found === null) throw new Error(`"${says}" was not printed, but:\n${stderr}${stdout}`);
  const [text, ...values] = found;
  return { text, values, options: text.match(/--[a-z][a-z-]*/g) ?? [] };
}

/** What stands behind `sluice` in an advice, up to its end. */
function commandOf(text: string): string {
  const at = text.indexOf('sluice ');
  if (at < 0) throw new Error(`there is no command in "${text}": say what is typed`);
  return text.slice(at + 'sluice '.length);
}

/** A command of a page or an alarm, for the stage of the tests. */
function filled(says: string): string {
  return says
    .replaceAll('--stage <…>', '--stage test')
    .replaceAll('<key>', 'a0')
    .replaceAll(/<…>|<type>|process-payment|sync-data/g, 'send-email');
}
