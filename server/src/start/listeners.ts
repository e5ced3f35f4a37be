/** Opens the doors, in their order: the pages first, since a client that found the API must find its token endpoint. */

import type { FastifyInstance } from 'fastify';
import type { AdminApi } from '../admin-api/admin-api.ts';
import { consoleSettings } from '../admin-api/console-client.ts';
import { mountConsole } from '../admin-api/console-files.ts';
import { listenLocally } from '../admin-api/local-socket.ts';
import type { AuthorizationServer } from '../authorization-server/authorization-server.ts';
import type { DiscoveryDocuments } from '../authorization-server/discovery-documents.ts';
import type { FireguardConfig } from '../config/schema.ts';
import type { Urls } from '../config/urls.ts';
import type { DecisionPoint } from '../decision-point/decision-point.ts';
import type { Collaborators } from '../gateway/collaborators.ts';
import { fhirDoor } from '../gateway/door.ts';
import { registeredOrigins } from '../gateway/registered-origins.ts';
import type { Closing } from '../http/closing.ts';
import { drain } from '../http/drain.ts';
import { guardHost } from '../http/guard-host.ts';
import { mountHealth, rawHealth } from '../http/health.ts';
import { Hosts } from '../http/hosts.ts';
import { listen } from '../http/listen.ts';
import { pagesListener, type RawHandler, rawListener } from '../http/listener.ts';
import { listClients } from '../storage/clients.ts';
import type { Storage } from '../storage/storage.ts';

export interface Served {
  readonly use: Collaborators;
  readonly further: readonly { readonly name: string; readonly use: Collaborators }[];
  readonly documents: DiscoveryDocuments;
}

/** What runs here; undefined where it runs in another process. */
export interface Pieces {
  readonly gateway: boolean;
  readonly auditRepository: boolean;
  readonly pages: { readonly authorization: AuthorizationServer; readonly admin: AdminApi } | undefined;
  readonly decisionPoint: DecisionPoint | undefined;
}

export async function listeners(
  config: FireguardConfig,
  urls: Urls,
  served: Served,
  pieces: Pieces,
  storage: Storage,
  closing: Closing,
): Promise<void> {
  const { http } = config;
  const { use } = served;
  let isServing = false;
  const ready = () => isServing && storage.healthy() && use.audit.healthy();
  const opened: (readonly [FastifyInstance, { readonly host: string; readonly port: number }])[] = [];
  const withPages = (url: string, place: { readonly host: string; readonly port: number }): FastifyInstance => {
    const app = pagesListener(http);
    guardHost(app, hostsOf(url, place, http.tls !== undefined));
    mountHealth(app, ready);
    opened.push([app, place]);
    return app;
  };
  const pages = pieces.pages === undefined ? undefined : withPages(urls.issuer, http.pages);
  if (pages !== undefined) {
    await pieces.pages?.authorization.mount(pages);
    await pieces.pages?.admin.mount(pages, 'network');
    mountConsole(pages, consoleSettings(urls.issuer, urls.fhir));
  }
  if (pieces.decisionPoint !== undefined) {
    const apart = http.decisionPoint === undefined ? undefined : withPages(urls.decisionPoint, http.decisionPoint);
    const app = apart ?? pages;
    if (app !== undefined) await pieces.decisionPoint.mount(app);
  }
  const asked = pages === undefined ? ready : undefined;
  if (pieces.gateway) opened.push([rawListener(http, door(config, urls, served, storage, asked)), http.api]);
  if (pieces.auditRepository && http.auditRepository !== undefined)
    opened.push([rawListener(http, door(config, urls, served, storage, asked, http.auditRepository)), http.auditRepository]);
  closing.first(() => {
    isServing = false;
    return Promise.all(opened.map(([app]) => drain(app, http.drainMs)));
  });
  for (const [app, place] of opened) await listen(app, place);
  if (pieces.pages !== undefined) {
    const local = await listenLocally(pieces.pages.admin, config.home);
    closing.first(() => local.close());
  }
  isServing = true;
}

const audited = /^\/(?:AuditEvent|metadata)(?=$|[/?])/;

/** `ready`: where health is asked here, since the process has no pages. `apart`: where AuditEvents have an address of their own, and nothing else is served. */
function door(
  { http }: FireguardConfig,
  urls: Urls,
  { use, further, documents }: Served,
  storage: Storage,
  ready: (() => boolean) | undefined,
  apart?: { readonly host: string; readonly port: number },
): RawHandler {
  const fhir = fhirDoor({
    use,
    hosts: hostsOf(urls.fhir, apart ?? http.api, http.tls !== undefined),
    origins: registeredOrigins(() => listClients(storage.db), storage.cluster),
    maxBodyBytes: http.maxBodyBytes,
    maxConcurrent: http.maxConcurrent,
    documents: documentsOf(documents, undefined),
    ...(apart === undefined ? {} : { only: (target: string) => audited.test(target) }),
    further: apart === undefined ? further.map((one) => ({ use: one.use, documents: documentsOf(documents, one.name) })) : [],
  });
  return ready === undefined ? fhir : rawHealth(fhir, ready);
}

/** `base`: the name of a further one; undefined = the first. */
function documentsOf(documents: DiscoveryDocuments, base: string | undefined) {
  return {
    'smart-configuration': () => documents.smartConfiguration(base),
    'protected-resource': () => documents.protectedResourceMetadata(base),
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
