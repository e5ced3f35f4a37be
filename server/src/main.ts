/**
 * Builds everything by hand, from the ground up, and hands each part its plain options. The only file that knows all the others. It must not hold
 * logic of its own: what is decided is decided in the parts, and what weakens a check is said aloud here at every start (I10).
 */

import { pino } from 'pino';
import { createAdminApi } from './admin-api/admin-api.ts';
import { loadAdminToken } from './admin-api/admin-token.ts';
import { registerConsole } from './admin-api/console-client.ts';
import { demandedNotices } from './alerts/demanded-notices.ts';
import { watch } from './alerts/watch.ts';
import { withAuditEvents } from './audit-events/with-audit-events.ts';
import { authentication } from './authentication/authenticate.ts';
import { createAuthorizationServer } from './authorization-server/authorization-server.ts';
import { openBreachedList } from './authorization-server/breached-list.ts';
import { discoveryDocuments } from './authorization-server/discovery-documents.ts';
import { furtherTokenEndpoint } from './authorization-server/further-bases.ts';
import { passwordRules } from './authorization-server/password-rules.ts';
import { createPasswords, type Passwords } from './authorization-server/passwords.ts';
import { openGlasses } from './break-glass/glasses.ts';
import { breakGlassMethods } from './break-glass/methods.ts';
import { bound, overriding } from './break-glass/overriding.ts';
import { loadLabelRules } from './config/load-label-rules.ts';
import { policiesAt } from './config/policies-at.ts';
import { weakenings } from './config/posture.ts';
import type { FireguardConfig } from './config/schema.ts';
import { type Urls, urlsOf } from './config/urls.ts';
import { keptConsents } from './consents/kept-consents.ts';
import { protectionOf } from './consents/protection-of.ts';
import { purposesByRole } from './consents/purpose-by-role.ts';
import { tokenConsents } from './consents/token-consents.ts';
import { withKeptConsents } from './consents/with-kept-consents.ts';
import { createDecisionPoint } from './decision-point/decision-point.ts';
import { openExports } from './export/exports.ts';
import { fhirFacts } from './facts/fhir-facts.ts';
import { furtherBase } from './further-base.ts';
import type { Collaborators } from './gateway/collaborators.ts';
import { cursorSeal } from './gateway/cursor-seal.ts';
import { patientFinder } from './gateway/find-patients.ts';
import { keyedPseudonyms } from './gateway/keyed-pseudonyms.ts';
import { framesOf } from './gateway/log.ts';
import { requestIdOf } from './gateway/request-id.ts';
import { requestLogger } from './gateway/request-logger.ts';
import { Closing } from './http/closing.ts';
import { questionNotice } from './notify/question-notice.ts';
import { compileMaterial } from './policy-trial/policy-material.ts';
import { brandFor } from './start/brand-for.ts';
import { countBytesWithHeap } from './start/count-bytes-with-heap.ts';
import { cursorKeys, pseudonymKey } from './start/house-keys.ts';
import { listeners } from './start/listeners.ts';
import { type AuditParts, openTrail } from './start/open-trail.ts';
import { partsOf, type Role } from './start/role.ts';
import { storageOptions } from './start/storage-options.ts';
import { withPorts } from './start/with-ports.ts';
import { relationsOf } from './storage/relations.ts';
import { openStorage, type Storage } from './storage/storage.ts';
import { openSubscriptions } from './subscriptions/subscriptions.ts';
import { createClientKeySets } from './token/client-key-sets.ts';
import { createDpopNonces, loadDpopSecrets } from './token/dpop-nonces.ts';
import { fetchOutside } from './token/fetch-outside.ts';
import { createTokenResolver } from './token/resolve.ts';
import { createTokenRevocation } from './token/revoke.ts';
import { createServiceCredentials, type ServiceCredentials } from './token/service-credentials.ts';
import { usedOnce } from './token/used-once.ts';
import { dialectOf } from './upstream/dialects.ts';
import { pooledUpstream } from './upstream/pooled-upstream.ts';
import { tablesOf } from './upstream/tables-of.ts';

export interface StartOptions {
  /** What runs in this process. Default: everything. */
  readonly role?: Role;
  /** Hears what an operator should know: weakenings first. Default: standard error. */
  readonly tell?: (line: string) => void;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: () => number;
  /** A storage opened elsewhere (tests, the demo's loader); it is closed with the rest. */
  readonly storage?: Storage;
}

export interface Running {
  readonly urls: Urls;
  readonly storage: Storage;
  readonly audit: AuditParts;
  readonly passwords: Passwords;
  /** Accepted by the admin API in the development profile only. */
  readonly adminToken: string | undefined;
  /** Stops accepting, finishes what is in work, records the stop, closes the audit log, the storage last. */
  close(): Promise<void>;
}

export async function start(given: FireguardConfig, options: StartOptions = {}): Promise<Running> {
  const closing = new Closing();
  countBytesWithHeap();
  try {
    return await build(await withPorts(given), options, closing);
  } catch (error) {
    await closing.close().catch(() => undefined);
    throw error;
  }
}

async function build(config: FireguardConfig, options: StartOptions, closing: Closing): Promise<Running> {
  const runs = partsOf(options.role ?? 'all');
  const now = options.now ?? Date.now;
  const tell = options.tell ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const weak = weakenings(config);
  for (const line of weak) tell(`WEAKENED ${line}`);
  const urls = urlsOf(config);
  const logger = pino({ level: config.log.level, base: null }, pino.destination({ fd: 2, sync: true }));
  const tables = tablesOf(config.upstream);
  const material = policiesAt(config);
  const policies = compileMaterial(material, tables);

  const storage = options.storage ?? (await openStorage(await storageOptions(config), { tell, now }));
  closing.first(() => storage.close());
  const { db, cluster } = storage;
  const { notifier, audit, clock, retention } = await openTrail({
    ...{ config, storage, base: urls.fhir, isRepository: runs.has('audit-repository'), weak, now, tell, closing },
  });

  const behind = withKeptConsents(pooledUpstream(config.upstream), config.consents, { db, tables, base: urls.fhir });
  const upstream = withAuditEvents(behind, { log: audit, tables, base: urls.fhir });
  closing.first(() => upstream.close());
  const tokens = createTokenResolver({ db, cluster, issuer: urls.issuer, now });
  const fetchOut = fetchOutside(config.profile === 'development');
  const keySets = createClientKeySets({ fetch: fetchOut, now });
  const once = usedOnce(db);
  const nonces = createDpopNonces((await loadDpopSecrets(storage.keys)).api, config.pages.dpopNonces === 'required', now);
  const protection = protectionOf(config.consents, config.purposes, loadLabelRules(config.labels, config.policies.valueSets));
  const facts = fhirFacts({
    upstream,
    tables,
    base: urls.fhir,
    cluster,
    ownRelations: (person) => relationsOf(db, person),
    ownConsents: config.consents.from.includes('fireguard') ? keptConsents(db) : undefined,
    upstreamConsents: config.consents.from.includes('upstream'),
    exclusive: config.upstream.exclusive,
    settings: config.facts,
    now,
  });
  const watching = watch({
    db,
    chain: audit.chain,
    rules: [...config.alerts.rules, ...demandedNotices(policies)],
    enqueue: (transaction, notice) => notifier.enqueue(notice, transaction),
    page: `${urls.issuer}/console/#/alerts/open`,
    upstream,
    facts,
    tell,
  });
  closing.first(() => watching.close());
  const glasses = openGlasses({
    db,
    audit,
    notifier,
    policies: () => policies,
    settings: config.breakGlass,
    consoleUrl: `${urls.issuer}/console`,
    now,
  });
  closing.first(() => glasses.stop());
  const callers = {
    tokens,
    services: createServiceCredentials({ db, keySets, tables, issuer: urls.issuer, fhirBase: urls.fhir, once, now }),
    once,
    nonces,
    audience: urls.fhir,
    purposes: purposesByRole(config.purposes),
    now,
  };
  const keys = await cursorKeys(storage);
  const shared: Collaborators = {
    // Of this base alone: the patients of another have other ids.
    authenticate: authentication({
      ...callers,
      overriding: (caller, request, glass) => overriding(caller, request, glass, glasses, () => requestIdOf(request.headers)),
    }),
    bound: (caller, asked) => bound(caller, asked, glasses),
    policies: () => policies,
    protection,
    tables,
    facts,
    upstream,
    dialect: dialectOf(config.upstream.dialect, config.upstream.abilities),
    audit,
    cursors: cursorSeal(keys),
    pseudonyms: keyedPseudonyms(await pseudonymKey(storage)),
    limits: config.gateway,
    base: urls.fhir,
    authorization: {
      authorize: `${urls.issuer}/authorize`,
      token: `${urls.issuer}/token`,
      introspect: `${urls.issuer}/introspect`,
      revoke: `${urls.issuer}/revoke`,
      manage: `${urls.issuer}/my-apps`,
      register: `${urls.issuer}/register`,
      iua: config.pages.iua !== undefined,
    },
    nonces,
    overTls: config.http.tls !== undefined,
    now,
    log: requestLogger(logger),
  };
  const withExports = (base: Collaborators, identities: boolean): Collaborators => {
    if (!runs.has('gateway')) return base;
    const tellBug = (error: unknown, where: string) => logger.error({ where, at: framesOf(error) }, 'bug');
    const exports = openExports({ use: base, db, settings: config.export, identities, tell: tellBug });
    closing.first(() => exports.close());
    return Object.freeze({ ...base, exports });
  };
  const subscriptions = config.subscriptions.enabled
    ? await openSubscriptions({
        settings: config.subscriptions,
        use: shared,
        ...{ db, keys: storage.keys, log: audit, acceptPrivate: config.profile === 'development' },
        tell: (error, where) => logger.error({ where, at: framesOf(error) }, 'bug'),
      })
    : undefined;
  closing.first(() => subscriptions?.close() ?? Promise.resolve());
  const use = withExports(subscriptions === undefined ? shared : { ...shared, subscriptions }, true);
  const further = config.upstreams.map((settings) => {
    const { name } = settings;
    const base = urls.further.get(name)!;
    const ownMaterial = policiesAt(config, name);
    const ownPolicies = compileMaterial(ownMaterial, tablesOf(settings));
    const { valueSets } = settings.policies ?? config.policies;
    const ownLabels = loadLabelRules(settings.labels ?? config.labels, valueSets);
    const tokenEndpoint = furtherTokenEndpoint(urls.issuer, name);
    const own = furtherBase({
      factsSettings: config.facts,
      settings,
      base,
      first: shared,
      authentication: { ...callers, services: noServices },
      policies: () => ownPolicies,
      protection: protectionOf(config.consents, config.purposes, ownLabels),
      cluster,
      cursorKeys: keys,
      tokenEndpoint,
    });
    closing.first(() => own.upstream.close());
    return { name, material: ownMaterial, use: withExports(own, false) };
  });
  const revocation = createTokenRevocation({ db, cluster });
  const passwords = createPasswords();
  const { breachedPasswords } = config.signIn;
  const rules = passwordRules(breachedPasswords === undefined ? undefined : await openBreachedList(breachedPasswords));
  const brands = config.pages.access === undefined ? undefined : { ...config.pages.access, name: config.pages.hospital };
  const adminToken =
    runs.has('authorization-server') && config.profile === 'development' ? await loadAdminToken(config.home) : undefined;
  const pages = async () => {
    const authorization = await createAuthorizationServer({
      issuer: urls.issuer,
      fhirBase: urls.fhir,
      tables,
      storage,
      auditLog: audit,
      tokens,
      revocation,
      picker: patientFinder(use),
      further: further.map(({ name, use }) => ({ name, base: use.base, tables: use.tables, picker: patientFinder(use) })),
      passwords,
      brand: brandFor(config),
      signIn: config.signIn,
      rules,
      purposes: config.purposes,
      consents: config.consents.inTokens
        ? tokenConsents({
            facts,
            protection,
            bases: { ours: urls.fhir, upstream: upstream.base },
            purposes: purposesByRole(config.purposes),
            now,
          })
        : undefined,
      glasses,
      askOffice: (id, within) => notifier.enqueue(questionNotice(id, `${urls.issuer}/console`), within),
      glassStepUp: config.breakGlass.stepUp,
      dpopNonces: config.pages.dpopNonces,
      stayConnectedDays: config.pages.stayConnectedDays,
      fetch: fetchOut,
      keySets,
      jwtAudiences: config.pages.jwtAudiences,
      iua: config.pages.iua,
      brands,
      securityContact: config.pages.securityContact,
      report: (error, where) => logger.error({ where, at: framesOf(error) }, 'bug'),
      now,
    });
    const admin = createAdminApi({
      db,
      cluster,
      keys: storage.keys,
      auditLog: audit,
      retention,
      tokens,
      revocation,
      accounts: authorization.accounts,
      passwords,
      rules,
      issuer: urls.issuer,
      fhirBase: urls.fhir,
      audiences: [`${urls.issuer}/admin`, urls.fhir],
      adminToken,
      policies: material,
      furtherPolicies: new Map(further.map((one) => [one.name, one.material])),
      clock: clock.state,
      startedAt: now(),
      now,
      log: (line) => logger.error(line, 'bug'),
    });
    await registerConsole(db, cluster, urls.issuer);
    return { authorization, admin };
  };
  const decisionPoint = !runs.has('decision-point')
    ? undefined
    : createDecisionPoint({
        settings: config.decisionPoint,
        use,
        directory: { db, issuer: urls.issuer, now },
        origin: urls.decisionPoint,
        maxBodyBytes: config.http.maxBodyBytes,
        log: ({ requestId, error }) => logger.error({ requestId, at: framesOf(error) }, 'bug'),
      });
  closing.first(() => decisionPoint?.close() ?? Promise.resolve());
  const documents = discoveryDocuments({
    issuer: urls.issuer,
    fhirBase: urls.fhir,
    further: further.map(({ name, use }) => ({ name, base: use.base })),
    brands,
    breakGlass: breakGlassMethods(policies),
  });
  const pieces = {
    gateway: runs.has('gateway'),
    auditRepository: runs.has('audit-repository'),
    pages: runs.has('authorization-server') ? await pages() : undefined,
    decisionPoint,
  };
  await listeners(config, urls, { use, further, documents }, pieces, storage, closing);
  return Object.freeze<Running>({ urls, storage, audit, passwords, adminToken, close: () => closing.close() });
}

/** Keys, certificates and JWTs that a service shows itself are for the first base alone. */
const noServices: ServiceCredentials = {
  byApiKey: async () => undefined,
  byCertificate: async () => undefined,
  bySignedJwt: async () => undefined,
};
