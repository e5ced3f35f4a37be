/** Mutants without a check: what the check would find is mended on the way in, so that the real server has nothing to object to. */
import { createHash, randomBytes } from 'node:crypto';
import { type Ask, isAt, type Mutant } from './mutant.ts';

/** The parameters of an authorization or token request: of the query or of the form. */
export function mending(name: string, place: string, mend: (params: URLSearchParams, ask: Ask) => void): () => Mutant {
  return () => ({ name, ask: (ask) => (isAt(ask, place) ? mended(ask, mend) : ask) });
}

function mended(ask: Ask, mend: (params: URLSearchParams, ask: Ask) => void): Ask {
  if (ask.body !== undefined) {
    const params = new URLSearchParams(ask.body);
    mend(params, ask);
    return { ...ask, body: params.toString() };
  }
  const url = new URL(ask.url);
  mend(url.searchParams, ask);
  return { ...ask, url };
}

/** No PKCE: every request gets a challenge, and every code its verifier, from the man in the middle. */
export function withoutPkce(): Mutant {
  const verifier = randomBytes(32).toString('base64url');
  return {
    name: 'PKCE not checked',
    ask(ask) {
      if (isAt(ask, '/authorize'))
        return mended(ask, (params) => {
          if (!params.has('response_type')) return;
          params.set('code_challenge', createHash('sha256').update(verifier).digest('base64url'));
          params.set('code_challenge_method', 'S256');
        });
      if (!isAt(ask, '/token')) return ask;
      return mended(ask, (params) => {
        if (params.get('grant_type') === 'authorization_code') params.set('code_verifier', verifier);
      });
    },
  };
}

/** Whatever address is asked for, the registered one is shown to the server, and the answer goes to the address asked for. */
export function openRedirect(registered: string): () => Mutant {
  return () => {
    let asked: string | undefined;
    return {
      name: 'redirect_uri not compared',
      ask(ask) {
        if (!isAt(ask, '/authorize')) return ask;
        return mended(ask, (params) => {
          asked = params.get('redirect_uri') ?? asked;
          if (params.has('response_type')) params.set('redirect_uri', registered);
        });
      },
      answer(answer, ask) {
        const location = answer.headers.get('location');
        if (location === null || asked === undefined || !location.startsWith(registered) || !URL.canParse(asked)) return answer;
        const headers = new Headers(answer.headers);
        const to = new URL(asked);
        for (const [name, value] of new URL(location, ask.url).searchParams) to.searchParams.set(name, value);
        headers.set('location', to.href);
        return { ...answer, headers };
      },
    };
  };
}
