import { toAttribute } from '../../aws/marshal.ts';
import { FIRST_SCHEMA, SCHEMA, SCHEMA_ITEM, schemaOf } from '../../contract/protocol/schema.ts';
import type { Reader } from '../calls/reads.ts';
import type { Writer } from '../calls/writes.ts';

/** What a consumer needs of its stage's core. */
export interface CoreSchema {
  readonly needed: number;
  /** Core is known to be new enough, and is not asked (again). */
  readonly isNewEnough: boolean;
  /** Asks core's number. @throws ReadError if the table did not answer */
  ask(): Promise<number>;
}

/** @param needed number that core must have. @default this version's own */
export function makeCoreSchema(read: Reader, needed = SCHEMA): CoreSchema {
  // No core is older than the first: what needs no more asks nothing.
  let isNewEnough = needed <= FIRST_SCHEMA;
  return {
    needed,
    get isNewEnough() {
      return isNewEnough;
    },
    async ask() {
      const found = schemaOf(await read(SCHEMA_ITEM));
      isNewEnough = found >= needed;
      return found;
    },
  };
}

/** Where core's number is written. */
export interface SchemaDeps {
  readonly table: string;
  readonly writer: Writer;
}

/**
 * Writes core's number, whatever stands there: a core that was rolled back lowers it.
 *
 * @throws WriteError if the table did not answer
 */
export async function writeCoreSchema({ table, writer }: SchemaDeps, schema = SCHEMA): Promise<void> {
  const common = { parameters: [schema, SCHEMA_ITEM].map(toAttribute), item: SCHEMA_ITEM };
  const written = await writer({ ...common, text: `UPDATE "${table}" SET "schema" = ? WHERE "id" = ?` });
  if (written.kind === 'written') return;
  await writer({ ...common, text: `INSERT INTO "${table}" VALUE {'schema': ?, 'id': ?}` });
}
