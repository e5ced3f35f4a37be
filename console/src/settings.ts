/** What the server tells the page about itself, in a `<meta>`: no request is needed to begin. */
export interface Settings {
  /** Authorization server; this page's own origin. */
  readonly issuer: string;
  readonly clientId: string;
  /** What tokens are asked for (`aud`). */
  readonly audience: string;
  readonly scope: string;
}

export function readSettings(): Settings {
  const content = document.querySelector<HTMLMetaElement>('meta[name="fireguard-console"]')?.content ?? '';
  return Object.freeze(JSON.parse(content) as Settings);
}

export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';
}
