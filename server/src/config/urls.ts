/** The URLs by which clients reach us; no slash at the end. Port 0 is only known once a port was taken (`main` puts it in first). */
import type { FireguardConfig } from './schema.ts';

export interface Urls {
  readonly issuer: string;
  readonly fhir: string;
}

export function urlsOf(config: FireguardConfig): Urls {
  const { http } = config;
  const scheme = http.tls === undefined ? 'http' : 'https';
  const at = (host: string, port: number) =>
    `${scheme}://${host.includes(':') ? `[${host}]` : host}${port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`}`;
  return {
    issuer: http.pages.url ?? at(http.pages.host, http.pages.port),
    fhir: http.api.url ?? `${at(http.api.host, http.api.port)}/fhir`,
  };
}
