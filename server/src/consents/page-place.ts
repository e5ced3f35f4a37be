/** Where a list goes on: how many of ours were given, and the upstream's own next page. It travels in the `next` link that the engine seals. */

export interface PagePlace {
  readonly taken: number;
  /** Below the upstream's base; undefined = the upstream has given all. */
  readonly next: string | undefined;
}

export function writePagePlace({ taken, next }: PagePlace): string {
  return Buffer.from(JSON.stringify(next === undefined ? [taken] : [taken, next])).toString('base64url');
}

/** Undefined: not one of ours. */
export function readPagePlace(text: string): PagePlace | undefined {
  try {
    const [taken, next] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as [unknown, unknown];
    if (typeof taken !== 'number' || !Number.isSafeInteger(taken) || taken < 0) return undefined;
    return typeof next === 'string' || next === undefined ? { taken, next } : undefined;
  } catch {
    return undefined;
  }
}
