/**
 * The authorization server: SMART App Launch, Backend Services and OpenID Connect at the issuer's root. Built here from its parts; what is
 * inside (oidc-provider) is known to nobody outside this folder, so that it can be replaced.
 */
import type { EventEmitter } from 'node:events';
import type { FhirTables } from '@fireguard/engine';
import type { FastifyInstance } from 'fastify';
import type Provider from 'oidc-provider';
import type { AuditLog } from '../audit-log/audit-log.ts';
import type { Glasses } from '../break-glass/glasses.ts';
import { clientById } from '../storage/clients.ts';
import type { Storage } from '../storage/storage.ts';
import type { ClientKeySets } from '../token/client-key-sets.ts';
import { createDpopNonces, loadDpopSecrets } from '../token/dpop-nonces.ts';
import type { FetchOutside } from '../token/fetch-outside.ts';
import { loadKeys, type TokenKeys } from '../token/keys.ts';
import type { TokenResolver } from '../token/resolved-token.ts';
import type { TokenRevocation } from '../token/revoke.ts';
import { knownPerson } from './account.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { logoutPages, sessionEnd } from './app-sign-out.ts';
import { chosenLanguage, keepChosenLanguage } from './chosen-language.ts';
import type { ConsentsAtTokenTime } from './consents-at-token-time.ts';
import { createRegisteredOrigins } from './cors.ts';
import { discoveryCorrections } from './discovery.ts';
import { type DiscoveryDocuments, discoveryDocuments } from './discovery-documents.ts';
import { endpointGuard } from './endpoint-guard.ts';
import { appToName, errorAnswer } from './error-answer.ts';
import { createFormTokens } from './form.ts';
import { createForward } from './forward.ts';
import type { FurtherBase } from './further-bases.ts';
import { createGlassBars } from './glass-bars.ts';
import { introspectionAnswer } from './introspection.ts';
import type { IuaSettings } from './iua-claims.ts';
import { launchRoute } from './launch/launch-route.ts';
import { smartStyle } from './launch/smart-style.ts';
import { createLiveProvider } from './live-provider.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { breakGlassRoutes, ownPagesRoutes } from './own-pages/own-pages-routes.ts';
import { type Brand, type BrandChoice, brandOf } from './pages/brand.ts';
import type { PasswordRules } from './password-rules.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { createPayloadAdapter } from './payload-adapter.ts';
import { peopleParts } from './people-parts.ts';
import type { PickerSource } from './picker-source.ts';
import { createProvider } from './provider.ts';
import { type BrandSettings, publicDocuments } from './public-documents.ts';
import type { PurposeRules } from './purposes.ts';
import { registrationRoutes } from './registration/registration-routes.ts';
import { revocationAnswer } from './revocation-answer.ts';
import { type SignInSettings, signInSection } from './sign-in-settings.ts';
import { stepRoutes } from './step-routes.ts';
import type { AskOffice } from './steps/step.ts';
import { tokenAnswer } from './token-answer.ts';
import { registerTokenExchange } from './token-exchange.ts';

export interface AuthorizationServerDependencies {
  /** Origin at which it is mounted, without a slash at its end. */
  readonly issuer: string;
  /** What tokens are for, without a slash at its end. */
  readonly fhirBase: string;
  /** Of the FHIR version that is served there, which scopes are checked against. */
  readonly tables: FhirTables;
  readonly storage: Pick<Storage, 'db' | 'cluster' | 'keys'>;
  readonly auditLog: AuditLog;
  readonly tokens: TokenResolver;
  readonly revocation: TokenRevocation;
  readonly picker: PickerSource;
  /** FHIR bases beside the first. Default none. */
  readonly further?: readonly FurtherBase[];
  readonly brand: BrandChoice;
  /** Tells the privacy office that a question waits, as part of the transaction that stores it. Default: it waits to be found. */
  readonly askOffice?: AskOffice | undefined;
  /** How people sign in; left out: by password, with a second step for whoever set one up. */
  readonly signIn?: SignInSettings;
  /** Where the glass can be broken; left out: there are no such pages. */
  readonly glasses?: Glasses;
  /** What somebody without a second factor may show on those pages. Default: nothing else. */
  readonly glassStepUp?: 'second-factor' | 'password';
  /** What a new password must be. Default: without a list of stolen ones. */
  readonly rules?: PasswordRules;
  /** Nonces for DPoP proofs. Default: offered. */
  readonly dpopNonces?: 'offered' | 'required';
  /** Purposes of use that may be asked for; left out: none. */
  readonly purposes?: PurposeRules;
  /** What consents say at token time (IHE PCF); left out: tokens say nothing of them. */
  readonly consents?: ConsentsAtTokenTime | undefined;
  /** IHE IUA's claims in JWTs and at introspection; left out: none. */
  readonly iua?: IuaSettings | undefined;
  /** Days that "stay connected" lasts. */
  readonly stayConnectedDays: number;
  /** Hears of failures inside. The error may quote a request: only its kind and stack belong in a log (I9). */
  readonly report: (error: unknown, where: string) => void;
  /** The way to where clients are told of a logout. */
  readonly fetch: FetchOutside;
  readonly keySets: ClientKeySets;
  /** Other FHIR servers, for which clients registered for them get short JWTs (topology 2). Default none. */
  readonly jwtAudiences?: readonly string[];
  /** Who offers access here, for apps that list hospitals; undefined: no such document. */
  readonly brands?: BrandSettings | undefined;
  /** RFC 9116: `mailto:` or https address for whoever finds a hole; undefined: no such document. */
  readonly securityContact?: string | undefined;
  readonly passwords?: Passwords;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface AuthorizationServer extends DiscoveryDocuments {
  /** For whoever administers people. */
  readonly accounts: Accounts;
  /** Adds its routes to the issuer's listener. */
  mount(app: FastifyInstance): Promise<void>;
}

export async function createAuthorizationServer(use: AuthorizationServerDependencies): Promise<AuthorizationServer> {
  if (new URL(use.issuer).origin !== use.issuer) throw new Error(`the issuer must be an origin without a path: ${use.issuer}`);
  const { issuer, fhirBase, auditLog, tokens, revocation, report } = use;
  const { db, cluster, keys: store } = use.storage;
  const now = use.now ?? Date.now;
  const further = use.further ?? [];
  const brand = brandOf(use.brand);
  const signIn = use.signIn ?? signInSection.parse({});
  const purposes = use.purposes ?? { byRole: {}, mayAsk: {} };
  const keys = await loadKeys(store, now);
  const secrets = await loadDpopSecrets(store);
  const nonceRequired = use.dpopNonces === 'required';
  const errorPages = { brand, overTls: issuer.startsWith('https:'), now, report };
  const origins = createRegisteredOrigins({ db, cluster });
  const { keySets } = use;
  const adapter = createPayloadAdapter({ db, cluster, revocation, keySets });
  const introspection = {
    consents: use.consents,
    iua: use.iua,
    tokens,
    issuer,
    fhirBase,
    isAlive: async (personId: string, clientId: string) =>
      (await knownPerson(db, personId)) !== undefined && (await clientById(db, clientId))?.disabled === false,
  };
  const build = (current: TokenKeys): Provider => {
    const provider = createProvider({
      issuer,
      fhirBase,
      further,
      tables: use.tables,
      jwtAudiences: use.jwtAudiences ?? [],
      db,
      tokens,
      purposes,
      consents: use.consents,
      iua: use.iua,
      dpop: { secret: secrets.authorizationServer, required: nonceRequired },
      adapter,
      signingKeys: current.signing,
      cookieKeys: current.cookie,
      stayConnectedDays: use.stayConnectedDays,
      glasses: use.glasses,
      brandName: brand.name,
      signIn,
      fetch: use.fetch,
      ...logoutPages({ issuer, brand }),
      renderError(ctx, _out, error) {
        const wish = { uiLocales: ctx.oidc?.params?.['ui_locales'], acceptLanguage: ctx.get('accept-language') };
        const answer = errorAnswer(errorPages, error, ctx.path, wish, appToName(ctx.oidc?.client));
        ctx.status = answer.status;
        ctx.set(answer.headers);
        ctx.type = 'html';
        ctx.body = answer.html;
      },
    });
    registerTokenExchange(provider, { db, tokens, fhirBase, jwtAudiences: use.jwtAudiences ?? [], now });
    provider.on('server_error', (ctx, error) => report(error, ctx.path));
    // Koa's own event, for what goes wrong while an answer is written; without a listener it would print to the console.
    (provider as EventEmitter).on('error', (error: unknown) => report(error, 'oidc-provider'));
    // In this order around every endpoint, outermost first.
    provider.use(endpointGuard({ auditLog, origins, report }));
    provider.use(correctDiscovery(issuer, brand));
    provider.use(tokenAnswer({ db, auditLog, issuer }));
    provider.use(revocationAnswer({ auditLog, issuer }));
    provider.use(introspectionAnswer(introspection));
    provider.use(sessionEnd({ provider: () => provider, revocation, auditLog, knownPerson: (id) => knownPerson(db, id) }));
    return provider;
  };
  const provider = await createLiveProvider({ cluster, load: () => loadKeys(store, now), build });

  const parts = await peopleParts({
    db,
    keys: store,
    cluster,
    issuer,
    name: brand.name,
    key: keys.cookie[0] ?? '',
    settings: signIn,
    rules: use.rules,
    now,
  });
  const accounts = createAccounts({ db, revocation, provider, throttle: parts.throttle });
  const formTokens = createFormTokens(keys.cookie[0] ?? '');
  const steps = {
    get provider() {
      return provider.now();
    },
    db,
    issuer,
    fhirBase,
    auditLog,
    revocation,
    picker: use.picker,
    further,
    brand,
    formTokens,
    askOffice: use.askOffice ?? (async () => undefined),
    glassBars: createGlassBars({ glasses: use.glasses, picker: use.picker, formTokens, now }),
    glasses: use.glasses,
    stayConnectedDays: use.stayConnectedDays,
    purposes,
    scopesByRole: signIn.scopesByRole,
    mayBreakGlass: (roles: readonly string[]) => use.glasses?.mayBreak(roles) === true,
    passwords: use.passwords ?? createPasswords(),
    ...parts,
    accounts,
    now,
  };
  const forward = createForward(provider, issuer);

  return Object.freeze({
    accounts,
    ...discoveryDocuments({ issuer, fhirBase, further, brands: use.brands }),
    async mount(app: FastifyInstance) {
      await app.register(async (scope) => {
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser(
          'application/x-www-form-urlencoded',
          // A consent page's form repeats every scope of the longest request, what it may see apart from what it may change.
          { parseAs: 'string', bodyLimit: 262_144 },
          (_request, body, done) => done(null, body),
        );
        // Left unread: the provider refuses it by its type.
        scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
        keepChosenLanguage(scope, brand, issuer.startsWith('https:'));
        scope.setErrorHandler((error, request, reply) => {
          const answer = errorAnswer(errorPages, error, request.routeOptions.url ?? '', {
            chosen: chosenLanguage(request),
            uiLocales: undefined,
            acceptLanguage: request.headers['accept-language'],
          });
          const wantsPage =
            (request.headers.accept ?? '').includes('text/html') ||
            !/^\/(token|introspect|revoke|userinfo|par|launch|register(\/:id)?)$/.test(request.routeOptions.url ?? '');
          reply.code(answer.status).headers(answer.headers);
          return wantsPage ? reply.type('text/html; charset=utf-8').send(answer.html) : reply.send(answer.json);
        });
        oauthRoutes(scope, {
          db,
          keySets,
          forward,
          origins,
          tokens,
          introspection,
          signOut: { db, tokens, revocation, auditLog },
          provider,
          nonces: createDpopNonces(secrets.api, nonceRequired, now),
          issuer,
          fhirBase,
          further,
          jwtAudiences: use.jwtAudiences ?? [],
          now,
        });
        stepRoutes(scope, steps);
        ownPagesRoutes(scope, steps);
        const { glasses, glassStepUp = 'second-factor' } = use;
        // The provider is replaced when keys are: it must be asked for anew.
        const glass = glasses && {
          ...steps,
          glasses,
          glassStepUp,
          get provider() {
            return provider.now();
          },
        };
        if (glass !== undefined) breakGlassRoutes(scope, glass);
        publicDocuments(scope, { issuer, fhirBase, brands: use.brands, securityContact: use.securityContact, now });
        await registrationRoutes(scope, { db, cluster, revocation, auditLog, issuer });
        await launchRoute(scope, { db, tokens, auditLog, fhirBase, now });
        scope.get(smartStyle.path, (_request, reply) =>
          reply
            .headers({ 'Cache-Control': 'public, max-age=86400', 'Access-Control-Allow-Origin': '*' })
            .type('application/json')
            .send(smartStyle.body),
        );
      });
    },
  });
}

function correctDiscovery(issuer: string, { languages }: Brand): Parameters<ReturnType<typeof createProvider>['use']>[0] {
  return async (ctx, next) => {
    await next();
    if (ctx.path.startsWith('/.well-known/') && ctx.status === 200 && typeof ctx.body === 'object')
      Object.assign(ctx.body ?? {}, discoveryCorrections(issuer), { ui_locales_supported: languages.map(({ code }) => code) });
  };
}
