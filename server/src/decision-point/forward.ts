/**
 * Doors for proxies that ask before they pass a request on: nginx `auth_request` and Traefik ForwardAuth (the request in headers, no body) and Envoy
 * `ext_authz` over HTTP (the request itself, below a prefix). They never see the answer, so only what needs no filtering passes. Yes is 200, no is 401
 * with its challenge or 403: nothing else, since nginx takes any other status for a failure.
 */
import { outcomeBody, Problem } from '@fireguard/engine';
import { challenge } from '../gateway/challenge.ts';
import { challengeError } from '../gateway/challenge-error.ts';
import type { Collaborators } from '../gateway/collaborators.ts';
import { knownAtFirst } from '../gateway/known.ts';
import { placesOf } from '../gateway/places.ts';
import { securityTerms } from '../http/categories.ts';
import type { HttpResponse, Incoming } from '../http/incoming.ts';
import { type Allowing, type Considered, consider } from './consider.ts';
import { isOpenSearch, isReleased, isVerbatim, isWhole } from './whole.ts';

/** What of the client's request decides; the rest never reaches us. */
const HEARD = [
  'authorization',
  'dpop',
  'x-api-key',
  'content-type',
  'if-match',
  // Of a write; a read is asked about as of the whole resource.
  'if-none-match',
  'if-none-exist',
  'x-provenance',
  'x-request-id',
] as const;
const CEILING = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality#';
const NOTHING = new Uint8Array(0);

/** The request that nginx (`X-Original-…`) or Traefik (`X-Forwarded-…`) describes. Both at once is somebody's trick. Throws Problem. */
export function describedIn(incoming: Incoming): Incoming {
  const only = (name: string): string | undefined => {
    const lines = incoming.headers.get(name);
    if (lines !== undefined && lines.length !== 1) throw notTold();
    return lines?.[0];
  };
  const [ourMethod, ourTarget] = [only('x-original-method'), only('x-original-uri')];
  const [theirMethod, theirTarget] = [only('x-forwarded-method'), only('x-forwarded-uri')];
  const method = ourMethod ?? theirMethod;
  const target = ourTarget ?? theirTarget;
  const mixed = (ourMethod ?? ourTarget) !== undefined && (theirMethod ?? theirTarget) !== undefined;
  if (method === undefined || target === undefined || mixed) throw notTold();
  return { ...incoming, method, target, body: async () => NOTHING };
}

function notTold(): Problem {
  return new Problem('request-not-understood', 'The headers that describe the request are missing, or there are two of them.');
}

/** `asked`: the client's request, its target as the client wrote it. */
export async function forward(asked: Incoming, use: Collaborators): Promise<HttpResponse> {
  const place = placesOf(use.base)(asked.target);
  if (place.kind !== 'fhir') return answer(asked, undefined, use);
  const incoming = heard({ ...asked, target: place.target });
  const body = await incoming.body();
  const considered = await consider(incoming, use, allowing(body, use));
  if (!considered.allowed || !answersWithResource(considered)) return answer(asked, considered, use);
  // Its answer shows the whole resource: that must be theirs to see as well.
  const { type, id } = considered.asked as { readonly type: string; readonly id: string };
  const read = { ...incoming, method: 'GET', target: `/${type}/${id}`, body: async () => NOTHING };
  return answer(asked, await consider(read, use, { late: isWhole }), use);
}

function allowing(body: Uint8Array, use: Collaborators): Allowing {
  return {
    early(caller, request) {
      if (caller.kind === 'anonymous' && request.interaction !== 'read') return false;
      switch (request.interaction) {
        case 'search':
          return isOpenSearch(caller, request, use);
        case 'read':
        case 'vread':
        case 'delete':
        case 'patch':
          return undefined;
        case 'create':
        case 'update': {
          const { ifNoneExist, provenance, ifNoneMatch } = request.conditions;
          return ifNoneExist === undefined && provenance === undefined && ifNoneMatch === undefined ? undefined : false;
        }
        default:
          return false;
      }
    },
    late(reached, request) {
      if (request.interaction === 'patch') return reached.kind === 'write';
      return reached.kind === 'write' ? isVerbatim(reached, body) : isReleased(reached) && isWhole(reached);
    },
  };
}

function answersWithResource({ asked }: Considered): boolean {
  return asked?.interaction === 'update' || asked?.interaction === 'patch';
}

function heard(asked: Incoming): Incoming {
  const headers = new Map<string, readonly string[]>();
  for (const name of HEARD) {
    const lines = asked.headers.get(name);
    if (lines !== undefined) headers.set(name, lines);
  }
  // the most that is asked for. Who would break the glass by it does so at the gateway.
  const most = securityTerms(asked.headers.get('category') ?? [], CEILING);
  if (most.length > 0)
    headers.set(
      'category',
      most.map((term) => `${term}; scheme="http://hl7.org/fhir/tag/security"`),
    );
  return { ...asked, headers, certificate: undefined };
}

function answer(asked: Incoming, considered: Considered | undefined, use: Collaborators): HttpResponse {
  const named = considered === undefined ? [] : ([['X-Request-Id', considered.requestId]] as const);
  const quiet = [['Cache-Control', 'no-store'], ...named] as const;
  if (considered?.allowed === true) return { status: 200, headers: quiet, body: NOTHING };
  const problem = considered?.problem;
  const login = problem instanceof Problem && problem.answer.status === 401;
  const unnamed = considered?.reached?.kind === 'outcome' && considered.reached.outcome.status === 401;
  const typed = [...quiet, ['Content-Type', 'application/fhir+json; charset=utf-8']] as const;
  if (!login && !unnamed) return { status: 403, headers: typed, body: outcomeBody('forbidden', 'Not permitted.') };
  const { presented } = knownAtFirst(asked, use);
  const called = challenge(use.base, presented, problem instanceof Problem ? challengeError(problem) : undefined);
  const nonce = presented === 'dpop' && use.nonces !== undefined ? ([['DPoP-Nonce', use.nonces.next()]] as const) : [];
  return {
    status: 401,
    headers: [...typed, ['WWW-Authenticate', called], ...nonce],
    body: outcomeBody('login', 'Authentication is required.'),
  };
}
