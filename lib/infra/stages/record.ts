import { createHash } from 'node:crypto';
import { SCHEMA, schemaOf } from '../../contract/protocol/schema.ts';

/** What of a stage may be weakened. */
export interface StageRecord {
  readonly disposable: boolean;
  readonly encrypted: boolean;
  readonly alarmEmails: readonly string[];
  /** Whether large payloads lie in a bucket of the stage's. */
  readonly payloads: boolean;
}

/** As it stands in the output: addresses by their hashes. */
interface Written {
  readonly disposable?: boolean;
  readonly encrypted?: boolean;
  readonly payloads?: boolean;
  readonly alarms?: readonly string[];
  /** Core's number (lib/contract/protocol/schema.ts). */
  readonly schema?: number;
}

/** An output has 1,024 bytes (CloudFormation quotas); 80 hashes take 880. */
const MAX_ALARMS = 80;
const HASH_LENGTH = 8;

const hashOf = (address: string) => createHash('sha256').update(address).digest('hex').slice(0, HASH_LENGTH);

export function writeRecord({ disposable, encrypted, alarmEmails, payloads }: StageRecord): string {
  const alarms = alarmEmails.slice(0, MAX_ALARMS).map(hashOf);
  const written: Written = { disposable, encrypted, alarms, schema: SCHEMA, ...(payloads && { payloads }) };
  return JSON.stringify(written);
}

/** What is deployed: what its core stack says. */
export interface DeployedStage {
  /** The output's text; undefined if an earlier version deployed it. */
  readonly record: string | undefined;
  readonly isProtected: boolean;
}

/** What a deploy would weaken, a sentence each. */
export function weakenings({ record, isProtected }: DeployedStage, next: StageRecord): string[] {
  const before = readRecord(record);
  const wasKept = before.disposable === undefined ? isProtected : !before.disposable;
  const nextAlarms = new Set(next.alarmEmails.map(hashOf));
  const gone = (before.alarms ?? []).filter((hash) => !nextAlarms.has(hash)).length;
  return [
    ...(schemaOf(before) > SCHEMA ? [olderThan(schemaOf(before))] : []),
    ...(wasKept && next.disposable ? ['it would be disposable: its data would be deleted with its stacks'] : []),
    ...(before.encrypted === true && !next.encrypted ? ['its encryption with a key of its own would be off'] : []),
    ...(before.payloads === true && !next.payloads ? ['jobs whose payloads lie in S3 would die: payloads=on'] : []),
    ...(gone > 0 ? [`${gone} of ${before.alarms?.length} addresses would get no alarms any more`] : []),
  ];
}

const olderThan = (schema: number) =>
  `it was deployed by a newer version of Sluice (schema ${schema}, this one knows ${SCHEMA}): jobs that it wrote would wait`;

/** Core's number as it is deployed, if it is below this version's: a type alone must not be deployed before it. */
export function olderCore({ record }: DeployedStage): number | undefined {
  const schema = schemaOf(readRecord(record));
  return schema < SCHEMA ? schema : undefined;
}

function readRecord(record: string | undefined): Written {
  if (record === undefined) return {};
  try {
    return JSON.parse(record) as Written;
  } catch {
    // Another version's, which this one cannot read.
    return {};
  }
}
