import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { PermanentError } from '#sluice/contract';

/** Where a source may be fetched from. */
export interface FetchRules {
  /** `host` or `host:port`, in lower case. */
  readonly allowedHosts: ReadonlySet<string>;
  /** True on a machine without AWS: the stand-ins use http and private addresses. */
  readonly local: boolean;
}

/**
 * Addresses where no source is: each row of IANA's registries of special-purpose addresses for IPv4, as of 2025-10, and
 * multicast (RFC 5771). Rows that are reachable from everywhere, as AS112's name servers, are services and no sources.
 */
const SPECIAL_V4 = blockList('ipv4', [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
]);
/** Global unicast. All other IPv6 addresses are local, mapped, translated, multicast or reserved (RFC 4291). */
const GLOBAL_V6 = blockList('ipv6', ['2000::/3']);
/** The rows inside it, of the same registry for IPv6: protocols (with Teredo), documentation, 6to4, AS112. */
const SPECIAL_V6 = blockList('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']);

function blockList(family: 'ipv4' | 'ipv6', networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !SPECIAL_V4.check(address, 'ipv4');
  if (isIP(address) === 6) return GLOBAL_V6.check(address, 'ipv6') && !SPECIAL_V6.check(address, 'ipv6');
  return false;
}

/**
 * @returns the URL, if it may be fetched
 * @throws PermanentError that names the broken rule
 */
export function checkedUrl(text: string, { allowedHosts, local }: FetchRules): URL {
  const url = new URL(text);
  const refuse = (why: string) => new PermanentError(`${url.host} must not be fetched: ${why}`);
  if (url.protocol !== 'https:' && !(local && url.protocol === 'http:')) throw refuse('only https is');
  if (url.username !== '' || url.password !== '') throw refuse('a URL with a user name is not');
  if (!allowedHosts.has(url.host))
    throw refuse('it is not on the source’s allow-list (deploy with -c syncAllowedHosts=source=host)');
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (!local && isIP(literal) !== 0 && !isPublicAddress(literal)) throw refuse('its address is internal');
  return url;
}

/**
 * DNS look-up for the connection itself. The address that is checked is the one that is connected to, so a name that resolves
 * to another address a moment later cannot pass the check.
 */
export function guardedLookup({ local }: FetchRules): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const internal = addresses.find(({ address }) => !local && !isPublicAddress(address));
      if (internal) return callback(new PermanentError(`${hostname} resolves to an internal address`), '', 0);
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      if (first === undefined) return callback(new Error(`${hostname} has no address`), '', 0);
      return callback(null, first.address, first.family);
    });
  };
}
