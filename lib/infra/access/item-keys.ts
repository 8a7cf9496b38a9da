import { itemId } from '../../contract/protocol/job-item.ts';

/**
 * The keys of a type's items: its jobs, and what it keeps about itself, as its rate limit. The condition binds PartiQL's actions
 * as it does the others (Service Authorization Reference, Amazon DynamoDB, condition keys of `PartiQLUpdate`).
 */
export const ownItems = (type: string): string[] => [itemId(type, '*'), `~*#${type}`];

/** Keys of the items of a type's jobs. */
export const jobsOf = (type: string): string => itemId(type, '*');

/** Binds an action to items whose keys are like these. */
export const itemsLike = (keys: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] },
});

/**
 * `ForAllValues` alone also holds for a request without the key (IAM User Guide, "Multivalued context keys"). The example of the
 * Developer Guide's "Using IAM policy conditions for fine-grained access control" has it in both actions. Of PartiQL's AWS says
 * no more than that they may be conditioned on it: there its absence refuses nothing.
 */
export const namedAndLike = (keys: readonly string[]) => ({
  ...itemsLike(keys),
  Null: { 'dynamodb:LeadingKeys': 'false' },
});
