/**
 * What a configuration may not do (errors), and what it does on an explicit word only (weakenings, printed at every start; I10, R-032). Both
 * lists stand here, so that an officer can read them in one place.
 */
import { isPurpose, parseScopes, purposeSystem } from '@fireguard/engine';
import type { UpstreamSettings } from '../upstream/config.ts';
import type { FireguardConfig } from './schema.ts';
import { urlsOf } from './urls.ts';

export function postureErrors(config: FireguardConfig): readonly string[] {
  const { http, profile } = config;
  const errors: string[] = [];
  const beyond = (['pages', 'api', 'decisionPoint', 'auditRepository'] as const).filter(
    (place) => !isLoopback(http[place]?.host ?? 'localhost'),
  );
  if (http.tls === undefined && beyond.length > 0) {
    if (profile === 'development') errors.push(`http.${beyond[0]}.host: the development profile listens on loopback only.`);
    else if (!http.acceptPlainHttpBehindTlsProxy) {
      errors.push(
        `http.tls: plain HTTP beyond loopback is refused. Give a key and a certificate, or say acceptPlainHttpBehindTlsProxy: true if a proxy in front ends TLS.`,
      );
    }
  }
  const urls = urlsOf(config);
  if (new URL(urls.issuer).hostname === new URL(urls.fhir).hostname) {
    errors.push(
      'http.api: pages and API have the same host name, so that page cookies would reach the API. Give one of them another host or url.',
    );
  }
  for (const place of ['pages', 'api', 'decisionPoint'] as const) {
    const url = http[place]?.url;
    if (url === undefined) continue;
    if (/[?#]/.test(url) || url.endsWith('/') || new URL(url).username !== '')
      errors.push(`http.${place}.url: no slash at the end, no query, no user name.`);
    else if (new URL(url).protocol !== 'https:' && !isLoopback(new URL(url).hostname))
      errors.push(`http.${place}.url: it must be https beyond loopback.`);
  }
  if (http.pages.url !== undefined && new URL(http.pages.url).pathname !== '/')
    errors.push('http.pages.url: the issuer must be at the root of its host.');
  for (const [at, one] of upstreamsOf(config)) {
    if (one.credentials === undefined && !one.acceptUpstreamWithoutCredentials) {
      errors.push(
        `${at}.credentials: missing. Without them anybody who reaches the upstream can go around Fireguard. If it asks for none, say acceptUpstreamWithoutCredentials: true.`,
      );
    }
  }
  const bases = [urls.fhir, ...urls.further.values()];
  if (new Set(bases).size < bases.length || new Set(config.upstreams.map(({ name }) => name)).size < config.upstreams.length)
    errors.push('upstreams: two have the same name or path.');
  if ([...urls.further.values()].some((base) => new URL(base).pathname.endsWith('/metadata')))
    errors.push('upstreams: no base can end with /metadata.');
  for (const [at, provider] of config.signIn.providers.entries()) {
    const { protocol, hostname } = new URL(provider.issuer);
    if (protocol !== 'https:' && !isLoopback(hostname))
      errors.push(`signIn.providers.${at}.issuer: it must be https beyond loopback.`);
  }
  for (const [at, target] of config.notify.targets.entries()) {
    if (target.kind === 'webhook' && new URL(target.url).protocol === 'http:' && !isLoopback(new URL(target.url).hostname))
      errors.push(`notify.targets.${at}.url: it must be https beyond loopback.`);
  }
  for (const [at, target] of config.forward.targets.entries()) {
    if ('url' in target && new URL(target.url).protocol === 'http:' && !isLoopback(new URL(target.url).hostname))
      errors.push(`forward.targets.${at}.url: it must be https beyond loopback.`);
  }
  if (new Set(config.forward.targets.map(({ name }) => name)).size < config.forward.targets.length)
    errors.push('forward.targets: two have the same name.');
  if (new Set(config.alerts.rules.map(({ id }) => id)).size < config.alerts.rules.length)
    errors.push('alerts.rules: two have the same id.');
  if (new Set(config.notify.targets.map(({ name }) => name)).size < config.notify.targets.length)
    errors.push('notify.targets: two have the same name.');
  if (new Set(config.signIn.providers.map(({ id }) => id)).size < config.signIn.providers.length)
    errors.push('signIn.providers: two have the same id.');
  for (const [role, scope] of Object.entries(config.signIn.scopesByRole))
    if (parseScopes(scope).some(({ kind }) => kind === 'invalid'))
      errors.push(`signIn.scopesByRole.${role}: one of them is not a SMART scope.`);
  const { byRole, mayAsk } = config.purposes;
  const named = [
    ...Object.entries(byRole).map(([role, code]) => [`byRole.${role}`, code] as const),
    ...Object.entries(mayAsk).flatMap(([role, codes]) => codes.map((code) => [`mayAsk.${role}`, code] as const)),
  ];
  for (const [at, code] of named) {
    if (!isPurpose({ system: purposeSystem, code })) errors.push(`purposes.${at}: v3-ActReason has no purpose ${code}.`);
    else if (code === 'BTG') errors.push(`purposes.${at}: breaking the glass is declared, never had by a role.`);
  }
  return errors;
}

/** One line for each check that this configuration weakens. */
export function weakenings(config: FireguardConfig): readonly string[] {
  const lines: string[] = [];
  if (config.profile === 'development') lines.push('profile: development. Not for patient data.');
  if (config.http.acceptPlainHttpBehindTlsProxy)
    lines.push('http.acceptPlainHttpBehindTlsProxy: plain HTTP is accepted; TLS is up to the proxy in front.');
  for (const [at, one] of upstreamsOf(config)) {
    if (one.credentials === undefined)
      lines.push(`${at}.acceptUpstreamWithoutCredentials: only the network keeps others from the upstream.`);
    if (new URL(one.url).protocol === 'http:' && !isLoopback(new URL(one.url).hostname))
      lines.push(`${at}.url: patient data and our credential travel to the upstream over plain HTTP.`);
  }
  if (config.feed.syslogUdp !== undefined)
    lines.push(
      'feed.syslogUdp.acceptFrom: audit messages by UDP can be forged by who can send from these addresses, and lost.',
    );
  if (config.facts.acceptUpstreamWithoutConsents)
    lines.push('facts.acceptUpstreamWithoutConsents: no privacy consent that the upstream keeps is enforced.');
  if (config.facts.acceptFactsSecondsOld > 0 && !config.upstream.exclusive)
    lines.push(
      `facts.acceptFactsSecondsOld: a new consent or a relation that ended may go unnoticed for ${config.facts.acceptFactsSecondsOld} seconds.`,
    );
  if (config.labels.rules?.length === 0) lines.push('labels.rules: only the labels that resources carry protect them.');
  for (const [at, { labels }] of config.upstreams.entries())
    if (labels?.rules?.length === 0)
      lines.push(`upstreams.${at}.labels.rules: only the labels that resources carry protect them there.`);
  if (!config.consents.from.includes('upstream'))
    lines.push('consents.from: Consent resources of the upstream are not enforced.');
  if (config.breakGlass.stepUp === 'password')
    lines.push('breakGlass.stepUp: who breaks the glass confirms by the password alone that it is them.');
  for (const { id, mayDescribe } of config.decisionPoint.doors)
    if (mayDescribe) lines.push(`decisionPoint.doors: ${id} may say who a subject is whom Fireguard does not know.`);
  return lines;
}

function upstreamsOf({ upstream, upstreams }: FireguardConfig): readonly (readonly [at: string, UpstreamSettings])[] {
  return [['upstream', upstream], ...upstreams.map((one, at) => [`upstreams.${at}`, one] as const)];
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
