import { didYouMean } from '../../contract/definition/suggest.ts';
import { checkedStage } from '../../contract/names.ts';

/** What a stage is, in the place of `-c name=value` with each deploy. All of it is optional. */
export interface StageProfile {
  /** Its name, for a stage that stands in two regions: each has an entry of its own. @default the entry's name */
  readonly stage?: string;
  /** @default `sluice`, or that of a name as `shop/prod` */
  readonly app?: string;
  /** Account that it is deployed to, 12 digits: no other is. @default that of the credentials */
  readonly account?: string;
  /** Region that it is deployed to: no other is. @default that of the credentials */
  readonly region?: string;
  /** Other accounts whose credentials deploy it, through the CDK's own roles. From there, what is deployed is not looked at. */
  readonly deployFrom?: readonly string[];
  /** Whether it is destroyed with all that it holds. @default false: it keeps its data */
  readonly disposable?: boolean;
  /** Addresses that get the alarms. */
  readonly alarmEmails?: readonly string[];
  /** A customer-managed key; it needs `region`. @default AWS's own keys */
  readonly encryption?: 'kms';
  /** Whether payloads that make a message larger than 256 KB lie in a bucket, up to 100 MB. @default false */
  readonly payloads?: boolean;
  /** Accounts, and roles or users of other accounts, that may send jobs. */
  readonly allowedProducers?: readonly string[];
  /** Address of the page that alarms link to. */
  readonly runbook?: string;
  /** Whether each job type has a dashboard. @default true */
  readonly jobDashboards?: boolean;
  /** Whether recurring jobs run. @default true */
  readonly schedules?: boolean;
  /** Whether cdk-nag runs. @default true */
  readonly securityChecks?: boolean;
  /** What `resources.ts` of job types read by `setting(name)`, as `emailSender`. A name that none of them reads is refused. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** By the name that `-c stage=` chooses. */
export type StageProfiles = Readonly<Record<string, StageProfile>>;

type Kind = 'text' | 'list' | 'yes or no' | 'settings';

interface Field {
  readonly kind: Kind;
  /** The setting that says the same. @default the field's name */
  readonly context?: string;
  readonly values?: readonly [yes: string, no: string];
  readonly pattern?: RegExp;
}

const ON_OFF = ['on', 'off'] as const;

const FIELDS: Readonly<Record<keyof StageProfile, Field>> = {
  stage: { kind: 'text' },
  app: { kind: 'text' },
  account: { kind: 'text', pattern: /^\d{12}$/ },
  region: { kind: 'text', pattern: /^[a-z]{2}(-[a-z]+)+-\d$/ },
  deployFrom: { kind: 'list', pattern: /^\d{12}$/ },
  disposable: { kind: 'yes or no', values: ['true', 'false'] },
  alarmEmails: { kind: 'list', context: 'alarmEmail' },
  encryption: { kind: 'text' },
  payloads: { kind: 'yes or no', values: ON_OFF },
  allowedProducers: { kind: 'list' },
  runbook: { kind: 'text' },
  jobDashboards: { kind: 'yes or no', values: ON_OFF },
  schedules: { kind: 'yes or no', values: ON_OFF },
  securityChecks: { kind: 'yes or no', values: ON_OFF },
  settings: { kind: 'settings' },
};
const KNOWN = Object.keys(FIELDS) as (keyof StageProfile)[];
/** Of one deploy, and of no stage. */
const OF_A_DEPLOY = ['emulator', 'leaveOut', 'weaken'];

/** How an entry is named in errors: `stages` is what bin/stages.ts exports, and a field of a project's sluice.config.ts. */
export const entryOf = (name: string): string => `stage ${JSON.stringify(name)} of "stages"`;

/**
 * Checks all entries.
 *
 * @throws RangeError that names the entry, the field and what it must be
 */
export function checkProfiles(profiles: StageProfiles): void {
  for (const [name, profile] of Object.entries(profiles)) {
    const faults = faultsIn(name, profile);
    if (faults.length > 0) throw new RangeError(`${entryOf(name)}: ${faults.join('; ')}`);
  }
}

function faultsIn(name: string, profile: StageProfile): string[] {
  const unknown = Object.keys(profile).filter((key) => !Object.hasOwn(FIELDS, key));
  if (unknown.length > 0) {
    const known = `known: ${KNOWN.join(', ')}; what job types read stands in "settings"`;
    return unknown.map((key) => `unknown field "${key}"${didYouMean(key, KNOWN) || `; ${known}`}`);
  }
  try {
    fullNameOf(name, profile);
  } catch (error) {
    return [(error as Error).message];
  }
  return KNOWN.flatMap((key) => {
    const value = profile[key];
    const fault = value === undefined ? undefined : faultOf(value, FIELDS[key]);
    return fault === undefined ? [] : [`"${key}" ${fault}, got ${JSON.stringify(value)}`];
  });
}

function faultOf(value: unknown, { kind, pattern = /^(?!\s*$)/ }: Field): string | undefined {
  const isText = (one: unknown) => typeof one === 'string' && pattern.test(one);
  if (kind === 'yes or no') return typeof value === 'boolean' ? undefined : 'must be true or false';
  if (kind === 'text') return isText(value) ? undefined : `must be text as ${pattern.source}`;
  if (kind === 'list') {
    const isList = Array.isArray(value) && value.every((one) => isText(one) && !String(one).includes(','));
    return isList ? undefined : `must be a list of texts as ${pattern.source}, none with a comma`;
  }
  if (typeof value !== 'object' || value === null || !Object.values(value).every((one) => typeof one === 'string')) {
    return 'must be names and texts';
  }
  const taken = [...KNOWN, ...KNOWN.map((key) => FIELDS[key].context), ...OF_A_DEPLOY];
  const own = Object.keys(value).find((key) => taken.includes(key));
  return own === undefined ? undefined : `must leave out "${own}", which no job type reads`;
}

/** A stage's full name, as {@link checkedStage} has it. @throws RangeError for an invalid one */
export const fullNameOf = (name: string, { stage = name, app }: StageProfile): string => checkedStage(stage, app);

/** What an entry says, as settings of the CDK's context. */
export function contextOf(name: string, profile: StageProfile): Record<string, string> {
  const { stage: _, app: __, deployFrom: ___, settings = {}, ...rest } = profile;
  const given = (Object.entries(rest) as [keyof StageProfile, unknown][]).flatMap(([key, value]) => {
    const { context = key, values: [yes, no] = ON_OFF } = FIELDS[key];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
    const text =
      typeof value === 'boolean' ? (value ? yes : no) : Array.isArray(value) ? value.join(',') : String(value);
    return [[context, text] as const];
  });
  return { stage: fullNameOf(name, profile), ...Object.fromEntries(given), ...settings };
}
