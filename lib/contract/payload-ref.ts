/** Where a large payload lies: an object of the stage's own bucket. A message cannot name another bucket. */
export interface PayloadRef {
  /** `<days>/<type>/<sha256>`: the same payload is the same object. */
  readonly key: string;
  /** Of its JSON, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Of its JSON. */
  readonly bytes: number;
}

/** What an object's key begins with: the days for which the bucket's lifecycle rules keep it since it was last put. */
export const PAYLOAD_DAYS = [30, 120, 410] as const;
/** Largest message that holds its payload itself, where payloads may lie in S3: whatever is smaller can be parked. */
export const MAX_INLINE_BYTES = 256 * 1024;
export const MAX_PAYLOAD_BYTES = 100 * 1024 * 1024;

/**
 * What a value must be to be the reference to a payload of this job type; undefined if it is. In the bundle of a type that reads
 * no S3, esbuild replaces the variable by `off`, and leaves the check out.
 */
export const payloadRefFault = (value: unknown, type: string): string | undefined =>
  process.env.SLUICE_S3 === 'off'
    ? 'left out (deploy with -c payloads=on)'
    : isPayloadRef(value, type)
      ? undefined
      : `{ key, sha256, bytes } with the key <days>/${type}/<sha256>`;

function isPayloadRef(value: unknown, type: string): boolean {
  const { key, sha256, bytes, ...others } = (value ?? {}) as Partial<PayloadRef>;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256) || Object.keys(others).length > 0) return false;
  return PAYLOAD_DAYS.some((days) => key === payloadKey(days, type, sha256)) && isInRange(bytes);
}

const isInRange = (bytes = 0): boolean => Number.isInteger(bytes) && bytes > 0 && bytes <= MAX_PAYLOAD_BYTES;

export const payloadKey = (days: number, type: string, sha256: string): string => `${days}/${type}/${sha256}`;
