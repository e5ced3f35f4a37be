/** RFC 4632, RFC 4291 §2.3: networks as address and prefix length; IPv4 is compared as it is mapped into IPv6, in which form sockets may give it. */

export interface Network {
  /** Eight groups of 16 bits. */
  readonly groups: readonly number[];
  /** Of 128 bits. */
  readonly bits: number;
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. Undefined for anything else, also where bits are set beyond the prefix. */
export function networkOf(text: string): Network | undefined {
  const [address = '', length, ...more] = text.split('/');
  const groups = addressGroups(address);
  if (groups === undefined || more.length > 0) return undefined;
  const widest = address.includes(':') ? 128 : 32;
  if (length !== undefined && (!/^\d{1,3}$/.test(length) || Number(length) > widest)) return undefined;
  const bits = 128 - widest + (length === undefined ? widest : Number(length));
  const beyond = groups.some((group, at) => (group & ~maskOf(bits, at) & 0xffff) !== 0);
  return beyond ? undefined : Object.freeze({ groups: Object.freeze(groups), bits });
}

/** Undefined when the address cannot be read. */
export function isWithin(networks: readonly Network[], address: string): boolean | undefined {
  const groups = addressGroups(address);
  if (groups === undefined) return undefined;
  return networks.some((network) => groups.every((group, at) => (group & maskOf(network.bits, at)) === network.groups[at]));
}

/** The bits of one group that belong to a prefix of `bits`. */
function maskOf(bits: number, at: number): number {
  const inside = Math.min(16, Math.max(0, bits - at * 16));
  return (0xffff << (16 - inside)) & 0xffff;
}

function addressGroups(address: string): number[] | undefined {
  if (!address.includes(':')) {
    const pair = ipv4Groups(address);
    return pair && [0, 0, 0, 0, 0, 0xffff, ...pair];
  }
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  const missing = 8 - head.length - tail!.length;
  return missing < 1 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...tail!];
}

/** One side of `::`; its last part may be an IPv4 address. */
function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [at, part] of parts.entries()) {
    if (part.includes('.') && at === parts.length - 1) {
      const pair = ipv4Groups(part);
      if (pair === undefined) return undefined;
      groups.push(...pair);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function ipv4Groups(text: string): readonly [number, number] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  const [a, b, c, d] = parts.map(Number) as [number, number, number, number];
  return [a * 256 + b, c * 256 + d];
}
