import { JobDefinitionError } from '../errors.ts';
import { shown } from './option.ts';

/** Where AWS's extended clients put the bodies of messages that are too large for SQS. */
export interface ExtendedFrom {
  /** The one bucket that bodies are read from. */
  readonly bucket: string;
}

/** S3 User Guide, "General purpose bucket naming rules". */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @throws JobDefinitionError unless it is absent, or names a bucket in a definition without `accept` */
export function checkedExtendedFrom({ extendedFrom, accept }: Readonly<Record<string, unknown>>): {
  readonly extendedFrom?: ExtendedFrom;
} {
  if (extendedFrom === undefined) return {};
  const { bucket, ...others } = (extendedFrom ?? {}) as Partial<ExtendedFrom>;
  if (typeof bucket !== 'string' || !BUCKET.test(bucket) || Object.keys(others).length > 0) {
    throw new JobDefinitionError(
      `extendedFrom must be { bucket } with the name of a bucket, got ${shown(extendedFrom)}`,
    );
  }
  if (accept === undefined) return { extendedFrom: Object.freeze({ bucket }) };
  throw new JobDefinitionError('extendedFrom does not go with accept: what lies in the bucket must be an envelope');
}
