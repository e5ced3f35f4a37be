/** A Bundle around entries whose text is already there: what came from elsewhere is copied, never written again. */

export interface BundleTold {
  readonly total?: number | undefined;
  readonly next?: string | undefined;
}

const encoder = new TextEncoder();

export function bundle(type: 'searchset' | 'history', entries: readonly string[], { total, next }: BundleTold): Uint8Array {
  const members = [
    `"resourceType":"Bundle","type":"${type}"`,
    ...(total === undefined ? [] : [`"total":${total}`]),
    ...(next === undefined ? [] : [`"link":${JSON.stringify([{ relation: 'next', url: next }])}`]),
    ...(entries.length === 0 ? [] : [`"entry":[${entries.join(',')}]`]),
  ];
  return encoder.encode(`{${members.join(',')}}`);
}
