/**
 * Whether a token was owed, and of which scopes: decided by the request's own text and by what the suite holds, never by what the server says or by any of
 * its code. An upper bound: a server may always say no.
 */
import { createHash } from 'node:crypto';
import type { Answer } from '../mutants/mutant.ts';
import type { Client, ClientName } from '../smart/client.ts';
import { claimsOf } from '../smart/jwt.ts';
import { bodyOf, type Site } from '../smart/site.ts';
import { canonical, type Held, type Ledger } from './ledger.ts';
import { EXCHANGE, type Shot } from './requests.ts';
import { isResourceScope, isWithin } from './scope-bound.ts';

/** Scopes for which each client is registered, as the suite wrote them (client.ts). */
const APP =
  'openid fhirUser profile launch launch/patient launch/encounter offline_access online_access patient/*.cruds user/*.cruds'.split(
    ' ',
  );
const SERVICE = ['system/*.rs'];
const registered: Partial<Record<ClientName, readonly string[]>> = {
  backend: [...SERVICE, '__introspect'],
  lab: SERVICE,
  published: SERVICE,
  certified: SERVICE,
  'self-signed': SERVICE,
  ehr: ['__launch'],
};

/** A parameter that is there once: RFC 6749 §3.2 lets none be there twice. */
export function only({ params }: Shot, name: string): string | undefined {
  const values = params.filter(([key]) => key === name).map(([, value]) => value);
  // RFC 6749 §3.2: without a value it counts as left out.
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}

/** The clients that this request proves to be; a public one needs no proof. */
export function provenClients(site: Site, ledger: Ledger, shot: Shot): readonly ClientName[] {
  const { clients } = site.subject;
  const assertion = ledger.assertions.get(canonical(only(shot, 'client_assertion') ?? ''));
  const names = Object.keys(clients) as ClientName[];
  return names.filter((name) => isProven(clients[name], shot, assertion?.client === name));
}

function isProven({ id: own, kind, secret, certificate, secretInBody }: Client, shot: Shot, byAssertion: boolean): boolean {
  const id = only(shot, 'client_id');
  if (certificate !== undefined) return shot.certificate === certificate && id === own;
  switch (kind) {
    case 'public':
      return id === own || id === undefined;
    case 'symmetric':
      return (
        shot.headers['authorization'] === `Basic ${Buffer.from(`${own}:${secret}`).toString('base64')}` ||
        // Without its id, the refresh token says whose secret this must be.
        (secretInBody === true && (id === own || id === undefined) && only(shot, 'client_secret') === secret)
      );
    case 'asymmetric':
    case 'backend':
      return byAssertion;
  }
}

/** Why this token should not have been given; undefined when it may. `sent`: when the shot left, as `performance.now()`. */
export function whyNotOwed(site: Site, ledger: Ledger, shot: Shot, answer: Answer, sent: number): string | undefined {
  const body = bodyOf(answer);
  const who = provenClients(site, ledger, shot);
  const over = (held: { readonly ended?: number } | undefined) => held?.ended !== undefined && held.ended < sent;
  if (who.length === 0) return 'a token without proof of the client';
  if (over(ledger.assertions.get(canonical(only(shot, 'client_assertion') ?? '')))) return 'an assertion twice';
  const scope = String(body['scope'] ?? '')
    .split(' ')
    .filter((one) => one !== '');
  const key = keyOf(ledger, shot, who, sent);
  if (key === 'bad') return 'a token in spite of a bad DPoP proof';
  if ((body['token_type'] === 'DPoP') !== (key !== undefined)) return `token_type ${String(body['token_type'])}`;
  const beyond = (bounds: readonly string[]) => scope.find((one) => !isWithin(one, bounds));
  const grant = only(shot, 'grant_type');
  switch (grant) {
    case 'client_credentials': {
      const [service] = who.filter((name) => registered[name] !== undefined);
      if (service === undefined) return `client_credentials for ${who.join()}`;
      if (!isAudience(site, service, only(shot, 'resource'))) return `a token for ${only(shot, 'resource')}`;
      return told('scope', beyond(registered[service] ?? []));
    }
    case 'refresh_token': {
      const held = ledger.refresh.get(only(shot, 'refresh_token') ?? '');
      if (held === undefined || !who.includes(held.client))
        return `the refresh token of ${held?.client} taken from ${who.join()}`;
      if (over(held)) return 'a refresh token that had ended';
      if (held.key !== undefined && held.key !== key) return 'a bound refresh token without its key';
      const asked = only(shot, 'scope')?.split(' ');
      return (
        told('scope', beyond(held.asked) ?? (asked === undefined ? undefined : beyond(asked))) ??
        told('unticked', unticked(held, scope))
      );
    }
    case 'authorization_code': {
      const held = ledger.codes.get(only(shot, 'code') ?? '');
      if (held === undefined || !who.includes(held.client)) return `the code of ${held?.client} taken from ${who.join()}`;
      if (over(held)) return 'a code that had been used';
      if (only(shot, 'redirect_uri') !== held.redirectUri) return 'another redirect_uri';
      const challenge = createHash('sha256')
        .update(only(shot, 'code_verifier') ?? '')
        .digest('base64url');
      if (challenge !== createHash('sha256').update(held.verifier).digest('base64url')) return 'another verifier';
      const patient = body['patient'];
      if (typeof patient === 'string' && held.patients?.includes(patient) === false)
        return `a patient who was not offered: ${patient}`;
      return (
        told('scope', beyond(held.asked.filter((one) => isWithin(one, APP) || isResourceScope(one)))) ??
        told('unregistered', beyond(APP)) ??
        told('unticked', unticked(held, scope))
      );
    }
    case EXCHANGE: {
      if (!who.includes('exchanger')) return `an exchange for ${who.join()}`;
      const held = ledger.access.get(only(shot, 'subject_token') ?? '');
      if (held?.client !== 'exchanger' || over(held)) return `the token of ${held?.client} exchanged`;
      if (held.key !== undefined) return 'a bound token exchanged';
      if (!isAudience(site, 'exchanger', only(shot, 'resource') ?? only(shot, 'audience'))) return 'an audience of nobody';
      const asked = only(shot, 'scope')?.split(' ');
      return told('scope', beyond(held.asked) ?? (asked === undefined ? undefined : beyond(asked)));
    }
    default:
      return `a token by ${grant}`;
  }
}

const told = (what: string, found: string | undefined): string | undefined =>
  found === undefined ? undefined : `${what} ${found}`;

/** Of resource scopes: what was granted although nobody ticked anything that holds it. */
function unticked({ ticked }: Held, scope: readonly string[]): string | undefined {
  return ticked === undefined ? undefined : scope.find((one) => isResourceScope(one) && !isWithin(one, ticked));
}

/** The thumbprint that the DPoP header proves; 'bad' for a header that proves none. */
function keyOf(ledger: Ledger, { headers, method }: Shot, who: readonly ClientName[], sent: number): string | undefined {
  const { dpop } = headers;
  if (dpop === undefined) return undefined;
  const proof = ledger.proofs.get(canonical(dpop));
  if (proof === undefined || proof.method !== method) return 'bad';
  return who.every((name) => (proof.ended.get(name) ?? Number.POSITIVE_INFINITY) < sent) ? 'bad' : proof.key;
}

function isAudience(site: Site, client: ClientName, asked: string | undefined): boolean {
  return asked === undefined || asked === site.fhir || (asked === site.subject.beside && ['lab', 'exchanger'].includes(client));
}

/** Books what a token answer changed: what was used up, and what is held now. */
export function book(ledger: Ledger, shot: Shot, answer: Answer, who: readonly ClientName[]): void {
  const body = bodyOf(answer);
  const assertion = ledger.assertions.get(canonical(only(shot, 'client_assertion') ?? ''));
  const proof = ledger.proofs.get(canonical(shot.headers['dpop'] ?? ''));
  ledger.end(assertion);
  const refresh = ledger.refresh.get(only(shot, 'refresh_token') ?? '');
  const code = ledger.codes.get(only(shot, 'code') ?? '');
  const grant = only(shot, 'grant_type');
  const source = grant === 'refresh_token' ? refresh : grant === 'authorization_code' ? code : undefined;
  const client = source?.client ?? (grant === EXCHANGE ? 'exchanger' : who.find((name) => registered[name] !== undefined));
  if (client === undefined) return;
  proof?.ended.set(client, performance.now());
  const scope = String(body['scope'] ?? '').split(' ');
  const key = body['token_type'] === 'DPoP' ? proof?.key : undefined;
  const access = String(body['access_token']);
  // A JWT is for a server beside: here it opens nothing.
  if (claimsOf(access)['aud'] === undefined) ledger.access.set(access, { client, asked: scope, key });
  if (source === undefined) return;
  ledger.end(source);
  if (typeof body['refresh_token'] === 'string')
    // Of public apps alone, and when it is first given (RFC 9449 §5).
    ledger.refresh.set(body['refresh_token'], {
      client,
      asked: source.asked,
      ticked: source.ticked,
      key: grant === 'refresh_token' ? source.key : ['public', 'told'].includes(client) ? key : undefined,
    });
}
