/** The oracle for one answer: what is wrong with it, or undefined. Whether a token was owed is decided in decide.ts. */
import type { Answer } from '../mutants/mutant.ts';
import { OTHER_REDIRECT, REDIRECT, SIGNED_OUT } from '../smart/client.ts';
import { bodyOf, type Site } from '../smart/site.ts';
import { MARKUP } from './bend.ts';
import { provenClients, whyNotOwed } from './decide.ts';
import type { Ledger } from './ledger.ts';
import type { Shot } from './requests.ts';
import { isWithin } from './scope-bound.ts';

const INSIDE =
  /node_modules|\bat [\w.<>]+ \(|\bat (async )?file:|\.ts:\d|oidc-provider|\bKoa\b(?![-_])|fastify|kysely|postgres|SELECT |syntax error|ECONN|PRIVATE KEY/;

/** What the suite's initial access tokens allow. */
export const REGISTRABLE = ['openid', 'launch/patient', 'offline_access', 'patient/*.rs'];

/** What of the inside stands in a text. */
export function insideOf(text: string): string | undefined {
  // In JSON it is text; in a page it would be an element.
  return INSIDE.exec(text)?.[0] ?? (!text.startsWith('{') && text.includes(MARKUP) ? 'markup from a request' : undefined);
}

export function verdict(
  site: Site,
  ledger: Ledger,
  never: readonly string[],
  shot: Shot,
  answer: Answer,
  sent: number,
): string | undefined {
  const location = answer.headers.get('location') ?? '';
  const all = `${answer.text}\n${[...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')}`;
  if (answer.status >= 500) return `status ${answer.status}`;
  const inside = insideOf(all.replaceAll(sentBack(shot), ''));
  if (inside !== undefined) return `tells of the inside: ${inside}`;
  if (never.some((secret) => all.includes(secret))) return 'a secret in the answer';
  if (location !== '' && !isOwedRedirect(site, location)) return `redirect to ${location.slice(0, 200)}`;
  // A POST to authorize goes on as a GET with what was posted: that is no answer to the app yet.
  const leaves = location !== '' && new URL(location, site.issuer).origin !== site.issuer;
  if (leaves && /[?&#](code|access_token|id_token)=/.test(location))
    return 'a code or token in a redirect, although nobody agreed';
  const body = bodyOf(answer);
  if (body['active'] === true) return whyNotTold(site, ledger, shot, body, sent);
  if (typeof body['access_token'] === 'string') return whyNotOwed(site, ledger, shot, answer, sent);
  if (shot.endpoint === 'register' && typeof body['client_id'] === 'string') return whyNotRegistered(ledger, shot, body);
  if (shot.endpoint === 'launch' && typeof body['launch'] === 'string' && ledger.access.get(bearerOf(shot))?.client !== 'ehr')
    return 'a launch prepared by somebody else';
  if (shot.endpoint === 'userinfo' && typeof body['sub'] === 'string') {
    const held = ledger.access.get(bearerOf(shot));
    if (held === undefined || (held.ended !== undefined && held.ended < sent)) return 'userinfo without a live token';
  }
  return undefined;
}

const bearerOf = ({ headers }: Shot): string => /^Bearer (.*)$/i.exec(headers['authorization'] ?? '')?.[1] ?? '';

/** Introspection tells of live tokens only, to whom proved who it is, and names the right client. */
function whyNotTold(site: Site, ledger: Ledger, shot: Shot, body: Record<string, unknown>, sent: number): string | undefined {
  const who = provenClients(site, ledger, shot).filter((name) => site.subject.clients[name].kind !== 'public');
  const asking = ledger.access.get(bearerOf(shot));
  if (who.length === 0 && !(asking?.asked.includes('__introspect') ?? false)) return 'introspected without proof';
  const tokens = shot.params.filter(([name]) => name === 'token').map(([, value]) => value);
  const held = tokens.map((token) => ledger.access.get(token) ?? ledger.refresh.get(token)).find((one) => one !== undefined);
  if (held === undefined) return 'a token that nobody gave is active';
  if (held.ended !== undefined && held.ended < sent) return 'a token that had ended is active';
  return body['client_id'] === site.subject.clients[held.client].id ? undefined : `it is called ${String(body['client_id'])}’s`;
}

/** RFC 7591: only with the initial access token, within its scope, and no address that could lead astray. */
function whyNotRegistered(ledger: Ledger, shot: Shot, body: Record<string, unknown>): string | undefined {
  if (!ledger.registrations.includes(bearerOf(shot))) return 'registered without the initial access token';
  const scope = String(body['scope'] ?? '');
  const beyond = scope.split(' ').find((one) => !isWithin(one, REGISTRABLE));
  if (beyond !== undefined) return `registered with the scope ${beyond}`;
  const addresses = (body['redirect_uris'] ?? []) as readonly unknown[];
  const bad = addresses.find(
    (one) =>
      typeof one !== 'string' ||
      !/^(https:\/\/[^/?#@*]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?)(\/[^#]*)?$/.test(one),
  );
  return bad === undefined ? undefined : `registered with the address ${String(bad)}`;
}

/** What the request itself said may be said again (a scope that is refused, say). */
function sentBack({ params }: Shot): string {
  return params.find(([, value]) => INSIDE.test(value))?.[1] ?? '\u0000';
}

function isOwedRedirect(site: Site, location: string): boolean {
  const url = new URL(location, site.issuer);
  return (
    url.origin === site.issuer ||
    [REDIRECT, OTHER_REDIRECT, SIGNED_OUT].some((address) => {
      const registered = new URL(address);
      return url.origin === registered.origin && url.pathname === registered.pathname;
    })
  );
}
