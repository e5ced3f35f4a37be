/** Opens the doors, in their order: the pages first, since a client that found the API must find its token endpoint. */
import type { AdminApi } from '../admin-api/admin-api.ts';
import { consoleSettings } from '../admin-api/console-client.ts';
import { mountConsole } from '../admin-api/console-files.ts';
import { listenLocally } from '../admin-api/local-socket.ts';
import type { AuthorizationServer } from '../authorization-server/authorization-server.ts';
import type { FireguardConfig } from '../config/schema.ts';
import type { Urls } from '../config/urls.ts';
import type { DecisionPoint } from '../decision-point/decision-point.ts';
import type { Collaborators } from '../gateway/collaborators.ts';
import { fhirDoor } from '../gateway/door.ts';
import { registeredOrigins } from '../gateway/registered-origins.ts';
import type { Closing } from '../http/closing.ts';
import { drain } from '../http/drain.ts';
import { guardHost } from '../http/guard-host.ts';
import { mountHealth } from '../http/health.ts';
import { Hosts } from '../http/hosts.ts';
import { listen } from '../http/listen.ts';
import { pagesListener, rawListener } from '../http/listener.ts';
import { listClients } from '../storage/clients.ts';
import type { Storage } from '../storage/storage.ts';

export async function listeners(
  config: FireguardConfig,
  urls: Urls,
  {
    use,
    further,
  }: { readonly use: Collaborators; readonly further: readonly { readonly name: string; readonly use: Collaborators }[] },
  parts: { readonly authorization: AuthorizationServer; readonly admin: AdminApi; readonly decisionPoint: DecisionPoint },
  storage: Storage,
  closing: Closing,
): Promise<void> {
  const { http } = config;
  let isServing = false;
  const pages = pagesListener(http);
  guardHost(pages, hostsOf(urls.issuer, http.pages, http.tls !== undefined));
  mountHealth(pages, () => isServing && storage.healthy() && use.audit.healthy());
  await parts.authorization.mount(pages);
  await parts.admin.mount(pages, 'network');
  await parts.decisionPoint.mount(pages);
  mountConsole(pages, consoleSettings(urls.issuer, urls.fhir));
  const door = fhirDoor({
    use,
    hosts: hostsOf(urls.fhir, http.api, http.tls !== undefined),
    origins: registeredOrigins(() => listClients(storage.db), storage.cluster),
    maxBodyBytes: http.maxBodyBytes,
    maxConcurrent: http.maxConcurrent,
    documents: documentsOf(parts.authorization, undefined),
    further: further.map((one) => ({ use: one.use, documents: documentsOf(parts.authorization, one.name) })),
  });
  const api = rawListener(http, door);
  closing.first(() => {
    isServing = false;
    return Promise.all([drain(api, http.drainMs), drain(pages, http.drainMs)]);
  });
  await listen(pages, http.pages);
  await listen(api, http.api);
  const local = await listenLocally(parts.admin, config.home);
  closing.first(() => local.close());
  isServing = true;
}

/** `base`: the name of a further one; undefined = the first. */
function documentsOf(authorization: AuthorizationServer, base: string | undefined) {
  return {
    'smart-configuration': () => authorization.smartConfiguration(base),
    'protected-resource': () => authorization.protectedResourceMetadata(base),
  };
}

/** The URL that clients use, and the address that we listen on (a proxy or a health check may use it). */
function hostsOf(url: string, place: { readonly host: string; readonly port: number }, overTls: boolean): Hosts {
  const hosts = new Hosts();
  hosts.allow(url);
  if (place.host !== '0.0.0.0' && place.host !== '::')
    hosts.allow(`${overTls ? 'https' : 'http'}://${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`);
  return hosts;
}
