import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** A signing key is the same bytes for a day: Node takes 18 of an HMAC's 22 µs to make its own key of them. */
const keys = new WeakMap<Uint8Array, KeyObject>();
/** The secret of the credentials, which come and go by the hour. */
let ofText: { readonly secret: string; readonly key: KeyObject } | undefined;
/** What was last made with a secret that is text: for each request, the signer names the credentials by such an HMAC. */
let named: { readonly secret: string; readonly data: string; readonly digest: Uint8Array } | undefined;

function keyOf(secret: string | Uint8Array): KeyObject {
  if (typeof secret === 'string') {
    if (ofText?.secret !== secret) ofText = { secret, key: createSecretKey(secret, 'utf8') };
    return ofText.key;
  }
  const key = keys.get(secret) ?? createSecretKey(secret);
  keys.set(secret, key);
  return key;
}

type Bytes = ArrayBuffer | ArrayBufferView | string;

const bytesOf = (data: Bytes): string | Uint8Array => {
  if (typeof data === 'string' || data instanceof Uint8Array) return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};

const hmac = (secret: string | Uint8Array, data: string | Uint8Array): Uint8Array =>
  createHmac('sha256', keyOf(secret)).update(data).digest();

function nameBy(secret: string, data: string | Uint8Array): Uint8Array {
  const text = Buffer.from(data as string).toString('latin1');
  if (named?.secret !== secret || named.data !== text) named = { secret, data: text, digest: hmac(secret, data) };
  return named.digest.slice();
}

/** SHA-256 as the SDK's signer asks for it, or the HMAC by a secret: all that is hashed is there at once. */
export class Sha256 {
  readonly digestLength = 32;
  readonly #secret: string | Uint8Array | undefined;
  #data: (string | Uint8Array)[] = [];

  constructor(secret?: Bytes) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret);
  }

  update(data: Bytes): void {
    this.#data.push(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    const [only = '', ...more] = this.#data;
    const data = more.length === 0 ? only : Buffer.concat(this.#data.map((part) => Buffer.from(part as string)));
    if (this.#secret === undefined) return hash('sha256', data, 'buffer');
    return typeof this.#secret === 'string' ? nameBy(this.#secret, data) : hmac(this.#secret, data);
  }

  reset(): void {
    this.#data = [];
  }
}
