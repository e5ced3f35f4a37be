/** Signing in by another provider: off to it, and back with its word. What must be the same on return travels sealed in a cookie of this browser. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { knownPerson } from '../account.ts';
import type { ExternalProvider, Journey } from '../external/external-provider.ts';
import { personOf } from '../external/person-of.ts';
import { afterFirstFactor, recordSignIn, signedIn } from './finish-sign-in.ts';
import type { PeopleDependencies } from './people.ts';
import { showSignIn } from './sign-in.ts';
import type { Step } from './step.ts';

const LONGEST_MS = 900_000;
const OWNER = 'external sign-in';

interface Travel extends Journey {
  readonly uid: string;
  readonly provider: string;
  readonly at: number;
}

export async function leaveForProvider(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const provider = providerOf(use, request);
  if (step.prompt !== 'login') throw new errors.SessionNotFound('not a step to sign in');
  let begun: Awaited<ReturnType<ExternalProvider['begin']>>;
  try {
    begun = await provider.begin(step.reasons.some((reason) => reason === 'login_prompt' || reason === 'max_age'));
  } catch {
    await recordSignIn(use, request, step, `external:${provider.id}`, undefined, 'the provider cannot be reached');
    return showSignIn(use, reply, step, '', { kind: 'external', provider: provider.name });
  }
  const travel: Travel = { ...begun.journey, uid: step.uid, provider: provider.id, at: use.now() };
  const sealed = use.seal.seal(new TextEncoder().encode(JSON.stringify(travel)), OWNER);
  return reply
    .headers({ 'Cache-Control': 'no-store', 'Set-Cookie': cookie(use, sealed, LONGEST_MS / 1000) })
    .redirect(begun.url.href, 303);
}

/** The address that the other provider knows: on to the login step of this browser, with the same parameters. */
export async function returnFromProvider(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const travel = travelOf(use, request);
  if (travel === undefined) throw new errors.SessionNotFound('nobody left from this browser');
  return reply
    .header('Cache-Control', 'no-store')
    .redirect(`/interaction/${travel.uid}/external/${travel.provider}/back?${queryOf(request)}`, 303);
}

export async function answerProvider(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  step: Step,
): Promise<FastifyReply> {
  const provider = providerOf(use, request);
  const travel = travelOf(use, request);
  if (step.prompt !== 'login' || travel?.uid !== step.uid || travel.provider !== provider.id)
    throw new errors.SessionNotFound('not a return to this step');
  // Used up, whatever comes of it.
  reply.header('Set-Cookie', cookie(use, '', 0));
  const action = `external:${provider.id}`;
  const identity = await provider.finish(queryOf(request), travel).catch(() => undefined);
  if (identity === undefined) {
    await recordSignIn(use, request, step, action, undefined, 'the provider did not confirm');
    return showSignIn(use, reply, step, '', { kind: 'external', provider: provider.name });
  }
  const id = await personOf(use, identity, provider.settings);
  const person = id === undefined ? undefined : await knownPerson(use.db, id);
  if (person === undefined) {
    await recordSignIn(use, request, step, action, undefined, id === undefined ? 'not linked' : 'disabled');
    return showSignIn(use, reply, step, '', { kind: 'unlinked', provider: provider.name });
  }
  await recordSignIn(use, request, step, action, person, undefined);
  const said = identity.claims['amr'];
  const twice = provider.settings.acceptSecondFactor && Array.isArray(said) && said.includes('mfa');
  const how = { amr: twice ? ['ext', 'mfa'] : ['ext'], remember: false };
  return twice
    ? signedIn(use, request, reply, person.id, { ...how, acr: 'aal2' })
    : afterFirstFactor(use, request, reply, step, person, how);
}

function providerOf(use: PeopleDependencies, request: FastifyRequest): ExternalProvider {
  const provider = use.providers.find(({ id }) => id === (request.params as { readonly provider?: string }).provider);
  if (provider === undefined) throw new errors.SessionNotFound('no such provider');
  return provider;
}

function travelOf(use: PeopleDependencies, request: FastifyRequest): Travel | undefined {
  const line = request.headers.cookie ?? '';
  const sealed = line.split(/; */).find((one) => one.startsWith(`${nameOf(use)}=`));
  const opened = sealed === undefined ? undefined : use.seal.open(sealed.slice(nameOf(use).length + 1), OWNER);
  if (opened === undefined) return undefined;
  const travel = JSON.parse(new TextDecoder().decode(opened)) as Travel;
  return use.now() - travel.at <= LONGEST_MS ? travel : undefined;
}

function queryOf(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at + 1);
}

const nameOf = (use: PeopleDependencies) => `${use.issuer.startsWith('https:') ? '__Host-' : ''}fireguard-external`;

function cookie(use: PeopleDependencies, value: string, seconds: number): string {
  const secure = use.issuer.startsWith('https:') ? '; secure' : '';
  const expires = seconds === 0 ? '; expires=Thu, 01 Jan 1970 00:00:00 GMT' : '';
  return `${nameOf(use)}=${value}; path=/; max-age=${seconds}${expires}; httponly; samesite=lax${secure}`;
}
