/**
 * Number of what stands in the jobs table: what items and lists mean, and what their writers do with them. It goes up by one
 * when a consumer writes what a core of the version before would not understand. Core has it first (lib/operator/upgrade.md).
 *
 * Items of flows have the same number. To core, a callback is a parked job as any other, and a consumer from before flows
 * refuses the bodies: they are dead letters, to be redriven. So plain jobs wait for no core, and no item changes its number.
 */
export const SCHEMA = 1;

/** The first one. Items and cores that say no number are of it. */
export const FIRST_SCHEMA = 1;

/** Id of the item by which core says its number. Ids that start with `~` are no jobs. */
export const SCHEMA_ITEM = '~schema';

/** What says its number: a job's item, or core's own. */
interface Numbered {
  readonly schema?: number | undefined;
}

export const schemaOf = (item: Numbered | undefined): number => item?.schema ?? FIRST_SCHEMA;

/** A later version wrote the item: this one does not know what it means, and leaves it as it is. */
export const isOfNewer = (item: Numbered): boolean => schemaOf(item) > SCHEMA;
