import { didYouMean } from '../../contract/definition/suggest.ts';
import { checkedStage, partsOf } from '../../contract/names.ts';
import { checkProfiles, contextOf, entryOf, fullNameOf, type StageProfile, type StageProfiles } from './profile.ts';

/** The entry of `stages` that a synth is of. */
export interface ChosenStage {
  /** Its name in the file. */
  readonly name: string;
  readonly profile: StageProfile;
  /** What it says, as settings. */
  readonly context: Readonly<Record<string, string>>;
}

/** What is known when a stage is chosen. */
export interface Choice {
  /** `-c name=value`. */
  readonly given: (name: string) => string | undefined;
  /** Account of the credentials that the CDK's command has; undefined if it has none. */
  readonly account: string | undefined;
}

/** An emulator has an account, a region and keys of its own, sends no mail, and keeps no data. Its own settings go first. */
const ON_EMULATORS = ['runbook', 'jobDashboards', 'schedules', 'payloads'];

/**
 * Chooses a stage's entry by `-c stage=`, and `-c app=` where two apps have one.
 *
 * @returns undefined for a stage that the file does not have
 * @throws RangeError for a wrong entry, a setting that contradicts it, or credentials of another account
 */
export function chooseStage(profiles: StageProfiles, choice: Choice): ChosenStage | undefined {
  checkProfiles(profiles);
  const { given, account } = choice;
  const name = entryName(profiles, { stage: given('stage') ?? 'dev', app: given('app') });
  const profile = name === undefined ? undefined : profiles[name];
  if (name === undefined || profile === undefined) return undefined;
  const context = contextOf(name, profile);
  if (given('emulator') !== undefined) return { name, profile, context: onEmulator(context, profile, choice) };
  refuseContradictions(name, context, choice);
  refuseAccount(name, profile, account);
  return { name, profile, context };
}

function entryName(profiles: StageProfiles, { stage, app }: { stage: string; app: string | undefined }) {
  const own = Object.hasOwn(profiles, stage) ? profiles[stage] : undefined;
  // `-c app=mine -c stage=dev` is another stage than an entry that names no app.
  if (own !== undefined && (app === undefined || own.app !== undefined)) return stage;
  const full = checkedStage(stage, app);
  const found = Object.keys(profiles).filter((name) => fullNameOf(name, profiles[name] ?? {}) === full);
  if (found.length < 2) return found[0];
  throw new RangeError(`"stages" has stage ${JSON.stringify(full)} as ${found.join(' and ')}: choose one by -c stage=`);
}

function onEmulator(all: ChosenStage['context'], { settings = {} }: StageProfile, { given }: Choice) {
  const kept = [...ON_EMULATORS, ...Object.keys(settings)].filter((name) => given(name) === undefined);
  return Object.fromEntries(Object.entries(all).filter(([name]) => kept.includes(name)));
}

function refuseContradictions(name: string, context: ChosenStage['context'], { given }: Choice): void {
  const { app } = partsOf(context.stage ?? '');
  const said = { ...context, app };
  for (const [setting, value] of Object.entries(said)) {
    const other = setting === 'stage' ? undefined : given(setting);
    if (other === undefined || other === value) continue;
    throw new RangeError(
      `-c ${setting}=${other} contradicts ${entryOf(name)}, which has ${JSON.stringify(value)}: leave it out, or change the entry`,
    );
  }
}

function refuseAccount(name: string, { account, deployFrom = [] }: StageProfile, actual: string | undefined): void {
  if (account === undefined || actual === undefined || [account, ...deployFrom].includes(actual)) return;
  throw new RangeError(
    `${entryOf(name)} is of account ${account}, and these credentials are of account ${actual}: take those of ${account} ` +
      '(AWS_PROFILE=…, aws sso login). An account that deploys it through the CDK’s own roles stands in its deployFrom',
  );
}

/** @throws RangeError if an entry has a setting that no job type asked for */
export function refuseUnread({ name, profile }: ChosenStage, asked: ReadonlySet<string>): void {
  const unread = Object.keys(profile.settings ?? {}).find((setting) => !asked.has(setting));
  if (unread === undefined) return;
  const read = [...asked].sort();
  throw new RangeError(
    `${entryOf(name)}: no job type reads the setting "${unread}"${didYouMean(unread, read) || `; they read ${read.join(', ') || 'none'}`}`,
  );
}
