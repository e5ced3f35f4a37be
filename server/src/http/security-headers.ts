/** RFC 6797: a year of HTTPS only. */
export const strictTransport: readonly [string, string] = Object.freeze(['Strict-Transport-Security', 'max-age=31536000']);

const always: readonly (readonly [string, string])[] = Object.freeze([
  ['Cache-Control', 'no-store'],
  ['Vary', 'Authorization, Accept, Prefer, Category, Origin'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'; sandbox"],
  ['Referrer-Policy', 'no-referrer'],
]);
const alwaysOverTls = Object.freeze([...always, strictTransport]);

/** The headers that every answer of the API carries, whatever it says (hardening A5, B11-134). */
export function securityHeaders(overTls: boolean): typeof always {
  return overTls ? alwaysOverTls : always;
}
