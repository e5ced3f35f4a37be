/**
 * Fetching from an address that a client registered (R-106; hardening A7, server-side request forgery): HTTPS, no redirect, never an address inside
 * our own network whatever a name resolves to, and bounded in time and size. INVARIANT: the address that was checked is the one connected to.
 */
import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent, fetch as send } from 'undici';

const TIMEOUT_MS = 5_000;
const LONGEST_BODY = 262_144;

/** RFC 6890 and IANA's special-purpose registries: what is not the public internet. */
const inside = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(net, bits, 'ipv4');
const outside6 = new BlockList();
outside6.addSubnet('2000::', 3, 'ipv6');
// Within 2000::/3: tunnels that carry an IPv4 address, documentation, benchmarks.
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  inside.addSubnet(net, bits, 'ipv6');

export function isInside(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return inside.check(address, 'ipv4');
    case 6:
      return !outside6.check(address, 'ipv6') || inside.check(address, 'ipv6');
    default:
      return true;
  }
}

const guardedLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 4);
    if (addresses.length === 0 || addresses.some(({ address }) => isInside(address)))
      return callback(new Error('the name leads inside our own network'), '', 4);
    const [first] = addresses;
    return options.all === true ? callback(null, addresses) : callback(null, first!.address, first!.family);
  });
};

export interface OutsideAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly text: string;
}

export interface SentOutside {
  readonly form?: URLSearchParams;
  readonly post?: { readonly body: string; readonly headers: Readonly<Record<string, string>> };
}

export type FetchOutside = (url: string, options?: SentOutside) => Promise<OutsideAnswer>;

/** `acceptPrivate`: also from loopback and private addresses and by plain HTTP. For development, and for tests. */
export function fetchOutside(acceptPrivate: boolean): FetchOutside {
  const agent = new Agent({
    connect: { timeout: TIMEOUT_MS, ...(acceptPrivate ? {} : { lookup: guardedLookup }) },
    maxResponseSize: LONGEST_BODY,
    keepAliveTimeout: 1,
  });
  return async (url, options = {}) => {
    const { protocol, hostname } = new URL(url);
    if (!acceptPrivate) {
      if (protocol !== 'https:') throw new Error('fetched by HTTPS only');
      const literal = hostname.replace(/^\[|\]$/g, '');
      // A literal address is connected to without any look-up.
      if (isIP(literal) !== 0 && isInside(literal)) throw new Error('the address is inside our own network');
    }
    const answer = await send(url, {
      dispatcher: agent,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json' },
      ...(options.form === undefined
        ? {}
        : {
            method: 'POST',
            body: options.form.toString(),
            headers: { 'content-type': 'application/x-www-form-urlencoded', 'cache-control': 'no-store' },
          }),
      ...(options.post === undefined ? {} : { method: 'POST', ...options.post }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
}
