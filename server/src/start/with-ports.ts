/** Ports that were left to us, taken now: URLs stand in tokens and documents. */
import type { FireguardConfig } from '../config/schema.ts';
import { freePort } from '../http/free-port.ts';

export async function withPorts(config: FireguardConfig): Promise<FireguardConfig> {
  const { pages, api } = config.http;
  const taken = async (place: typeof pages) => (place.port === 0 ? { ...place, port: await freePort(place.host) } : place);
  return Object.freeze({
    ...config,
    http: Object.freeze({ ...config.http, pages: await taken(pages), api: await taken(api) }),
  });
}
