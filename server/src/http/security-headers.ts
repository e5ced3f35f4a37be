/** RFC 6797: a year of HTTPS only. */
export const strictTransport: readonly [string, string] = Object.freeze(['Strict-Transport-Security', 'max-age=31536000']);

/** The headers that every answer of the API carries, whatever it says (hardening A5, B11-134). */
export function securityHeaders(overTls: boolean): readonly (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [
    ['Cache-Control', 'no-store'],
    ['Vary', 'Authorization, Accept, Prefer, Category, Origin'],
    ['X-Content-Type-Options', 'nosniff'],
    ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; sandbox"],
    ['Referrer-Policy', 'no-referrer'],
  ];
  if (overTls) headers.push(strictTransport);
  return Object.freeze(headers);
}
