/** The URLs by which clients reach us; no slash at the end. Port 0 is only known once a port was taken (`main` puts it in first). */
import type { FireguardConfig } from './schema.ts';

export interface Urls {
  readonly issuer: string;
  readonly fhir: string;
  /** Origin of the doors of the decision point. */
  readonly decisionPoint: string;
  /** Of each further upstream, by its name. */
  readonly further: ReadonlyMap<string, string>;
}

export function urlsOf(config: FireguardConfig): Urls {
  const { http } = config;
  const scheme = http.tls === undefined ? 'http' : 'https';
  const at = (host: string, port: number) =>
    `${scheme}://${host.includes(':') ? `[${host}]` : host}${port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`}`;
  const fhir = http.api.url ?? `${at(http.api.host, http.api.port)}/fhir`;
  const issuer = http.pages.url ?? at(http.pages.host, http.pages.port);
  const door = http.decisionPoint;
  return {
    issuer,
    fhir,
    decisionPoint: new URL(door === undefined ? issuer : (door.url ?? at(door.host, door.port))).origin,
    further: new Map(
      config.upstreams.map(({ name, path }) => [name, path === undefined ? `${fhir}/${name}` : new URL(fhir).origin + path]),
    ),
  };
}
