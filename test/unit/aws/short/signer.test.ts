import { expect, it, vi } from 'vitest';
import type { ClientConfig } from '../../../../lib/aws/short/sdk.ts';
import { keepSigner } from '../../../../lib/aws/short/signer.ts';

/** A configuration whose signers are counted, and that knows these credentials. */
function makeConfig() {
  const signer = vi.fn(async (scheme?: object) => ({ scheme }));
  const config = { signer, credentials: async () => ({}) } as unknown as {
    -readonly [K in keyof ClientConfig]: ClientConfig[K];
  };
  keepSigner(config);
  return { config, signer };
}

it('one signer signs all requests of a client', async () => {
  const { config, signer } = makeConfig();
  const [first, second] = [await config.signer?.(), await config.signer?.()];
  expect(second).toBe(first);
  expect(signer).toHaveBeenCalledOnce();
});

it('other credentials, and the scheme of another endpoint, have a signer of their own', async () => {
  const { config, signer } = makeConfig();
  await config.signer?.();
  config.credentials = async () => ({ accountId: '1' });
  await config.signer?.();
  await config.signer?.({ name: 'sigv4' });
  expect(signer.mock.calls).toEqual([[undefined], [undefined], [{ name: 'sigv4' }]]);
});

it('a signer that could not be made is made anew', async () => {
  const { config, signer } = makeConfig();
  signer.mockRejectedValueOnce(new Error('no region'));
  await expect(config.signer?.()).rejects.toThrow('no region');
  expect(await config.signer?.()).toEqual({ scheme: undefined });
});

it('a client without one keeps none', () => {
  const config = {} as ClientConfig;
  keepSigner(config);
  expect(config.signer).toBeUndefined();
});
