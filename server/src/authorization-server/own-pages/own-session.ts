/**
 * Who asks for one of their own pages. INVARIANT: nobody without a session; nobody whose session is weaker than what they have set up or their role
 * needs; and for how one signs in, nobody who signed in long ago: an unlocked computer is not its owner.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { type Person, personById } from '../../storage/people.ts';
import { knownPerson } from '../account.ts';
import { type OwnPage, signInAt } from '../account-client.ts';
import { meets } from '../assurance.ts';
import type { KnownPerson } from '../audit-drafts.ts';
import type { FactorsOfPerson } from '../factors/second-factors.ts';
import { parseForm } from '../form.ts';
import { own } from '../forward.ts';
import type { GlassBar } from '../pages/glass-bar.ts';
import type { PeopleDependencies } from '../steps/people.ts';

const FRESH_SECONDS = 900;

type ProviderSession = Awaited<ReturnType<PeopleDependencies['provider']['Session']['get']>>;

export interface OwnSession {
  readonly session: ProviderSession;
  readonly uid: string;
  readonly person: KnownPerson;
  readonly row: Person;
  readonly factors: FactorsOfPerson;
  /** The bar of the glass that they have open. */
  readonly glass: GlassBar | undefined;
}

/** Undefined: the browser was sent to sign in, and comes back to `page`. */
export async function ownSession(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  page: OwnPage,
  about?: string,
): Promise<OwnSession | undefined> {
  const { host, protocol } = new URL(use.issuer);
  own(request.raw, host, protocol, request.ip);
  if ((request.query as { readonly error?: unknown }).error !== undefined)
    throw new errors.SessionNotFound('signing in was broken off');
  const session = await use.provider.Session.get(use.provider.createContext(request.raw, reply.raw));
  const { accountId } = session;
  const person = accountId === undefined ? undefined : await knownPerson(use.db, accountId, request.ip);
  const row = person === undefined ? undefined : await personById(use.db, person.id);
  const signIn = (more: Readonly<Record<string, string>>) =>
    void reply.header('Cache-Control', 'no-store').redirect(signInAt(use.issuer, use.fhirBase, page, more, about), 303);
  if (person === undefined || row === undefined) return signIn({});
  const factors = await use.factors.of(person.id);
  if (factors.any && !meets(session.acr, 'aal2')) return signIn({ acr_values: 'aal2' });
  if (person.roles.some((role) => use.secondFactorRoles.includes(role)) && !meets(session.acr, 'aal2')) return signIn({});
  if (page === '/account' && session.past(FRESH_SECONDS)) return signIn({ prompt: 'login' });
  const glass = await use.glassBars(person, session.uid);
  return { session, uid: session.uid, person, row, factors, glass };
}

/** For who must show once more who they are. */
export function signInAgain(use: PeopleDependencies, reply: FastifyReply, page: OwnPage, about?: string): FastifyReply {
  const more = { prompt: 'login', acr_values: 'aal2' };
  return reply.header('Cache-Control', 'no-store').redirect(signInAt(use.issuer, use.fhirBase, page, more, about), 303);
}

/** The form's fields, if it is this session's and carries its own token. */
export function readOwnForm(use: PeopleDependencies, mine: OwnSession, name: string, request: FastifyRequest): URLSearchParams {
  const form = parseForm(request.body);
  const foreign = request.headers['sec-fetch-site'] === 'cross-site';
  if (foreign || !use.formTokens.check(mine.uid, name, form.get('csrf')))
    throw new errors.SessionNotFound('not a form of this session');
  return form;
}
