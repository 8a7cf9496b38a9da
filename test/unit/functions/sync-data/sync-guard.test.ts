import { type LookupAddress, lookup } from 'node:dns';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { PermanentError } from '#sluice/contract';
import { hostsOf, readAllowedHosts } from '../../../../functions/sync-data/allowed-hosts.ts';
import { checkedUrl, guardedLookup, isPublicAddress } from '../../../../functions/sync-data/guard.ts';

vi.mock('node:dns', async (original) => ({ ...(await original<typeof import('node:dns')>()), lookup: vi.fn() }));

const PUBLIC = [
  ...['8.8.8.8', '1.1.1.1', '100.63.255.255', '172.32.0.1', '192.167.255.255', '2606:4700::1111'],
  // Just outside of a row.
  ...['192.31.195.255', '192.88.98.255', '192.88.100.0', '2001:200::1', '2620:4f:8001::1', '3fff:1000::1'],
];
const INTERNAL = [
  ...['0.0.0.0', '10.0.0.1', '10.255.255.255', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254'],
  ...['172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.168.0.1', '198.18.0.1', '198.19.255.255'],
  ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  // Unspecified, loopback, unique local (one of them EC2's metadata), link-local, site-local, multicast.
  ...['::', '::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1'],
  // IPv4 in IPv6: mapped, compatible, NAT64 (well-known and local), 6to4, Teredo. Also public ones: nobody needs them.
  ...['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::a00:1'],
  ...['2002:7f00:1::', '2002:a9fe:a9fe::', '2001::1', '2001:db8::1'],
  // Rows of IANA's registries that were added since, and those that are reachable: AS112, AMT, ORCHID, SRv6, documentation.
  ...[
    '192.31.196.1',
    '192.52.193.1',
    '192.88.99.1',
    '192.175.48.42',
    '2001:1::1',
    '2001:2::1',
    '2001:3::1',
    '2001:4:112::1',
  ],
  ...[
    '2001:10::1',
    '2001:20::1',
    '2001:30::1',
    '2620:4f:8000::1',
    '3fff::1',
    '3fff:fff::1',
    '5f00::1',
    '100::1',
    '100:0:0:1::1',
  ],
];

describe('addresses', () => {
  it.each(PUBLIC)('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));
  it.each(INTERNAL)('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false));
  it.each(['', 'localhost', '127.1', 'fe80::1%eth0', '8.8.8.8 '])('%o is not an address', (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });
});

/** A stage on AWS whose list has this URL's own host, so that another rule must refuse it. */
const listed = (text: string) => ({ allowedHosts: new Set([new URL(text).host]), local: false });
const ON_LIST = { allowedHosts: new Set(['api.example.com', 'api.example.com:8443']), local: false };

function refusal(text: string, rules = listed(text)): Error {
  try {
    checkedUrl(text, rules);
  } catch (error) {
    expect(error).toBeInstanceOf(PermanentError);
    return error as Error;
  }
  throw new Error(`${text} was not refused`);
}

describe('addresses in a URL, also on the list', () => {
  const hosts = INTERNAL.map((address) => (address.includes(':') ? `[${address}]` : address));
  it.each(hosts)('%s is refused', (host) => {
    expect(refusal(`https://${host}/records`).message).toContain('its address is internal');
  });

  // WHATWG URLs read all of these as 127.0.0.1 or 169.254.169.254.
  it.each([
    ...['2130706433', '0x7f000001', '0x7f.1', '017700000001', '0177.0.0.1', '127.1', '127.0.1', '127.0.0.1.'],
    ...['2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '１２７.0.0.1', '%31%32%37.0.0.1', '[::ffff:7f00:1]'],
  ])('%s is refused', (host) => {
    expect(refusal(`https://${host}/`).message).toContain('its address is internal');
  });

  it.each(['https://8.8.8.8/', 'https://[2606:4700::1111]/'])('%s may be fetched', (text) => {
    expect(checkedUrl(text, listed(text)).href).toBe(text);
  });
});

describe('hosts on the allow-list', () => {
  it.each([
    'https://api.example.com/records?limit=10',
    'https://API.Example.com/',
    'https://api.example.com:443/',
    'https://api.example.com:8443/',
  ])('%s is on the list', (text) => expect(checkedUrl(text, ON_LIST).href).toBe(new URL(text).href));

  it.each([
    ...['https://example.com/', 'https://www.api.example.com/', 'https://api.example.com.evil.net/'],
    ...['https://evil.net/api.example.com', 'https://evil.net/?api.example.com', 'https://evil.net#api.example.com'],
    ...['https://api.example.com:8444/', 'https://api.example.com:80/', 'https://api.example.com./'],
  ])('%s is not public', (text) => {
    expect(refusal(text, ON_LIST).message).toContain('it is not on the source’s allow-list');
  });

  it('are none if the list is empty', () => {
    const rules = { allowedHosts: new Set<string>(), local: true };
    expect(refusal('http://127.0.0.1/', rules).message).toContain('allow-list');
  });
});

describe('other parts of a URL', () => {
  it.each([
    'https://user@api.example.com/',
    'https://user:secret@api.example.com/',
    'https://:secret@api.example.com/',
  ])('%s is refused for its user name', (text) => {
    const { message } = refusal(text);
    expect(message).toContain('user name');
    expect(message).not.toContain('secret');
  });

  it('with http are refused, except on a machine without AWS', () => {
    const text = 'http://api.example.com/';
    expect(refusal(text).message).toContain('only https');
    expect(checkedUrl(text, { ...listed(text), local: true }).href).toBe(text);
  });

  it.each(['ftp://api.example.com/', 'file:///etc/passwd', 'data:application/json,{}', 'gopher://api.example.com/'])(
    '%s is refused everywhere',
    (text) => expect(refusal(text, { ...listed(text), local: true }).message).toContain('only https'),
  );

  it('with a private address are allowed on a machine without AWS', () => {
    const text = 'http://127.0.0.1:4567/crm/records';
    expect(checkedUrl(text, { ...listed(text), local: true }).href).toBe(text);
  });
});

describe('a look-up of a name', () => {
  const resolved = vi.mocked(lookup) as unknown as ReturnType<typeof vi.fn>;
  const answer = (error: Error | null, ...addresses: string[]) =>
    resolved.mockImplementation((_name: string, _options: object, callback: Callback) =>
      callback(
        error,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    );
  const lookUp = (options: { all?: boolean; local?: boolean } = {}) =>
    new Promise((resolve, reject) => {
      const { all = false, local = false } = options;
      guardedLookup({ allowedHosts: new Set(), local })('api.example.com', { all }, (error, address, family) =>
        error ? reject(error) : resolve(all ? address : { address, family }),
      );
    });
  type Callback = (error: Error | null, addresses: LookupAddress[]) => void;

  beforeEach(() => {
    resolved.mockReset();
  });

  it('answers the first address, or all', async () => {
    answer(null, '8.8.8.8', '2606:4700::1111');
    expect(await lookUp()).toEqual({ address: '8.8.8.8', family: 4 });
    expect(await lookUp({ all: true })).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
  });

  it.each([
    ['a private address', ['10.0.0.7']],
    ['the metadata service', ['169.254.169.254']],
    ['loopback in IPv6', ['::1']],
    ['a mapped address', ['::ffff:10.0.0.7']],
    ['one private address among public ones', ['8.8.8.8', '2606:4700::1111', '192.168.1.1']],
  ])('refuses a name that resolves to %s', async (_, addresses) => {
    answer(null, ...addresses);
    for (const all of [true, false]) {
      await expect(lookUp({ all })).rejects.toThrow(
        new PermanentError('api.example.com resolves to an internal address'),
      );
    }
  });

  it('answers private addresses on a machine without AWS', async () => {
    answer(null, '127.0.0.1');
    expect(await lookUp({ local: true })).toEqual({ address: '127.0.0.1', family: 4 });
  });

  it('passes on DNS errors, which may be transient', async () => {
    answer(Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' }));
    await expect(lookUp()).rejects.toMatchObject({ code: 'EAI_AGAIN' });
    answer(null);
    await expect(lookUp()).rejects.toThrow('api.example.com has no address');
  });
});

describe('the setting syncAllowedHosts', () => {
  const TEXT = 'crm=api.crm.example, crm=files.crm.example:8443,erp=[2606:4700::1111],';

  it('binds each source to its own hosts', () => {
    const allowed = readAllowedHosts(TEXT, { local: false });
    expect([...hostsOf(allowed, 'crm')]).toEqual(['api.crm.example', 'files.crm.example:8443']);
    expect([...hostsOf(allowed, 'erp')]).toEqual(['[2606:4700::1111]']);
    expect([...hostsOf(allowed, 'shop')]).toEqual([]);
  });

  it('binds all sources to a host on a machine without AWS', () => {
    const allowed = readAllowedHosts('*=127.0.0.1:1,crm=127.0.0.1:2', { local: true });
    expect([...hostsOf(allowed, 'crm')]).toEqual(['127.0.0.1:2', '127.0.0.1:1']);
  });

  it.each([
    'api.example.com',
    '*=api.example.com',
    'CRM 1=a.example',
    'crm=',
    'crm=https://a.example',
    'crm=a=b',
    'crm=a/b',
  ])('%s is refused', (text) => {
    const pair = text.toLowerCase();
    expect(() => readAllowedHosts(`erp=a.example,${text}`, { local: false })).toThrow(
      `syncAllowedHosts: "${pair}" must be source=host, as crm=api.example.com`,
    );
  });
});
