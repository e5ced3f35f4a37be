/** Ports that were left to us, taken now: URLs stand in tokens and documents. */
import type { FireguardConfig } from '../config/schema.ts';
import { freePort } from '../http/free-port.ts';

export async function withPorts(config: FireguardConfig): Promise<FireguardConfig> {
  const { pages, api, decisionPoint, auditRepository } = config.http;
  const taken = async <Place extends { readonly host: string; readonly port: number }>(place: Place): Promise<Place> =>
    place.port === 0 ? { ...place, port: await freePort(place.host) } : place;
  return Object.freeze({
    ...config,
    http: Object.freeze({
      ...config.http,
      pages: await taken(pages),
      api: await taken(api),
      ...(decisionPoint === undefined ? {} : { decisionPoint: await taken(decisionPoint) }),
      ...(auditRepository === undefined ? {} : { auditRepository: await taken(auditRepository) }),
    }),
  });
}
