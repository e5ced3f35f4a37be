/** Headers of every page (hardening A5): no script anywhere but the passkey's, by its hash; forms only to ourselves and back to the app that asked. */
export interface PageHeaderOptions {
  readonly overTls: boolean;
  /** The app's registered address, to which the last form redirects: browsers hold redirects of a form to `form-action` too. */
  readonly returnsTo?: string | undefined;
  /** Hash of the page's one script, as a CSP source. */
  readonly scriptHash?: string | undefined;
}

export function pageHeaders(options: PageHeaderOptions): Readonly<Record<string, string>> {
  const target = options.returnsTo === undefined ? '' : ` ${formActionSource(options.returnsTo)}`;
  return {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `default-src 'none'; style-src 'self'; script-src ${options.scriptHash ?? "'none'"}; form-action 'self'${target}; frame-ancestors 'none'; base-uri 'none'`,
    'X-Frame-Options': 'DENY',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    ...(options.overTls ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
  };
}

/** A CSP source: the origin of a web address, the scheme of an app's own. Anything that could end the directive gives nothing. */
function formActionSource(uri: string): string {
  const url = URL.parse(uri);
  if (url === null) return '';
  const source = url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : url.protocol;
  return /^[A-Za-z0-9.:/[\]+-]+$/.test(source) ? source : '';
}
