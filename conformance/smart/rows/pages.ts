/** Browser-facing duties: CORS exactly as SMART App Launch 2.2 §CORS asks, headers of pages, cookies (RFC 9700 §4.16, OAuth 2.1 §7). */
import { answering, withHeader } from '../../mutants/spoil-answers.ts';
import { ORIGIN, REDIRECT } from '../client.ts';
import { equal, hold, type Row } from '../row.ts';
import { APP_SCOPE, grantedBy, type Site } from '../site.ts';

const STRANGER = 'https://stranger.example.test';

function preflight(site: Site, url: string, origin: string, method = 'POST') {
  return site.send(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  });
}

/** The page at which a person signs in, as a browser gets it: the last of its redirects. */
async function signInPage(site: Site) {
  const params = new URLSearchParams({
    response_type: 'code',
    client_id: site.subject.clients.public.id,
    redirect_uri: REDIRECT,
    scope: APP_SCOPE,
    state: 's'.repeat(22),
    aud: site.fhir,
    code_challenge: 'A'.repeat(43),
    code_challenge_method: 'S256',
  });
  const first = await site.send(`${site.issuer}/authorize?${params}`);
  const cookie = first.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const page = await site.send(new URL(first.headers.get('location') ?? '', site.issuer).href, { headers: { cookie } });
  return { first, page };
}

/** Spoils a header of the sign-in page. */
function onPage(header: string, value: string | undefined): Row['mutant'] {
  return () => ({
    name: `${header} of the sign-in page ${value ?? 'missing'}`,
    answer(answer, ask) {
      if (!/\/(interaction|authorize)/.test(ask.url.pathname)) return answer;
      const headers = new Headers(answer.headers);
      if (value === undefined) headers.delete(header);
      else headers.set(header, value);
      return { ...answer, headers };
    },
  });
}

function pageHeader(id: string, header: string, wanted: RegExp, spoilt: string | undefined): Row {
  return {
    id,
    says: `the sign-in page: ${header} is ${wanted.source}`,
    async run(site) {
      const value = (await signInPage(site)).page.headers.get(header) ?? '';
      hold(wanted.test(value), value);
    },
    mutant: onPage(header, spoilt),
  };
}

const endpoints = ['/token', '/introspect', '/revoke', '/userinfo'] as const;

export const pages: readonly Row[] = [
  ...endpoints.flatMap((path, at): readonly Row[] => [
    {
      id: `smart-cors.0${at + 1}`,
      says: `${path}: a preflight from a registered origin is answered, for Authorization and Content-Type`,
      async run(site) {
        const answer = await preflight(site, `${site.issuer}${path}`, ORIGIN);
        hold(answer.status === 204 || answer.status === 200, `status ${answer.status}`);
        equal(answer.headers.get('access-control-allow-origin'), ORIGIN, 'Access-Control-Allow-Origin');
        hold(/authorization/i.test(answer.headers.get('access-control-allow-headers') ?? ''), 'headers');
      },
      mutant: withHeader(path, 'access-control-allow-origin', undefined),
    },
    {
      id: `smart-cors.1${at + 1}`,
      says: `${path}: an origin that nobody registered is given nothing, nor is null`,
      async run(site) {
        for (const origin of [STRANGER, 'null', `${ORIGIN}.evil.test`, ORIGIN.replace('https', 'http')]) {
          const answers = [
            await preflight(site, `${site.issuer}${path}`, origin),
            await site.send(`${site.issuer}${path}`, { form: { token: 'x' }, headers: { origin } }),
          ];
          for (const { headers } of answers) equal(headers.get('access-control-allow-origin'), null, origin);
        }
      },
      mutant: withHeader(path, 'access-control-allow-origin', '*'),
    },
  ]),
  {
    id: 'smart-cors.21',
    says: 'an error of the token endpoint can be read by the page that asked',
    async run(site) {
      const answer = await site.token('public', {
        grant_type: 'authorization_code',
        code: 'x',
        redirect_uri: REDIRECT,
        code_verifier: 'A'.repeat(43),
      });
      equal([answer.status, answer.headers.get('access-control-allow-origin')], [400, ORIGIN], 'answer');
    },
    mutant: withHeader('/token', 'access-control-allow-origin', undefined),
  },
  {
    id: 'smart-cors.22',
    says: 'FHIR: preflight, answers and refusals for a registered origin; nothing for another; never credentials',
    async run(site) {
      const { access, body } = grantedBy(await site.theAnswer('public'));
      const path = `Patient/${String(body['patient'])}`;
      const answers = [
        await preflight(site, `${site.fhir}/${path}`, ORIGIN, 'GET'),
        await site.read(path, access, { origin: ORIGIN }),
        await site.read(path, undefined, { origin: ORIGIN }),
      ];
      for (const { headers } of answers) {
        equal(headers.get('access-control-allow-origin'), ORIGIN, 'registered');
        equal(headers.get('access-control-allow-credentials'), null, 'credentials');
      }
      equal((await site.read(path, access, { origin: STRANGER })).headers.get('access-control-allow-origin'), null, 'stranger');
    },
    mutant: ({ fhir }) => ({
      name: 'FHIR open to any origin',
      answer(answer, ask) {
        if (!ask.url.href.startsWith(`${fhir}/Patient`)) return answer;
        const headers = new Headers(answer.headers);
        headers.set('access-control-allow-origin', '*');
        return { ...answer, headers };
      },
    }),
  },
  {
    id: 'smart-cors.24',
    says: 'the authorization endpoint is no place for scripts: no CORS, whatever the origin (RFC 9700 §2.6)',
    async run(site) {
      for (const origin of [ORIGIN, STRANGER]) {
        const query = new URLSearchParams({ client_id: site.subject.clients.public.id, response_type: 'code' });
        const answer = await site.send(`${site.issuer}/authorize?${query}`, { headers: { origin } });
        equal(answer.headers.get('access-control-allow-origin'), null, origin);
      }
    },
    mutant: withHeader('/authorize', 'access-control-allow-origin', '*'),
  },
  pageHeader('smart-page.01', 'content-security-policy', /frame-ancestors 'none'/, "default-src 'self'"),
  pageHeader('smart-page.02', 'content-security-policy', /script-src 'none'/, "frame-ancestors 'none'"),
  pageHeader('smart-page.03', 'x-frame-options', /^DENY$/i, undefined),
  pageHeader('smart-page.04', 'cache-control', /no-store/, 'public'),
  pageHeader('smart-page.05', 'referrer-policy', /^no-referrer$/, 'unsafe-url'),
  pageHeader('smart-page.06', 'x-content-type-options', /^nosniff$/, undefined),
  pageHeader('smart-page.07', 'strict-transport-security', /max-age=\d{7,}/, undefined),
  {
    id: 'smart-page.08',
    says: 'cookies are Secure, HttpOnly and SameSite',
    async run(site) {
      const cookies = (await signInPage(site)).first.headers.getSetCookie();
      hold(cookies.length > 0, 'no cookie');
      for (const cookie of cookies)
        hold(
          /;\s*secure/i.test(cookie) && /;\s*httponly/i.test(cookie) && /;\s*samesite=(lax|strict)/i.test(cookie),
          cookie.replace(/=[^;]*/, '=…'),
        );
    },
    mutant: onPage('set-cookie', 'fireguard-step=x; path=/'),
  },
  {
    id: 'smart-page.09',
    says: 'a page loads nothing from elsewhere and holds no script',
    async run(site) {
      const { text } = (await signInPage(site)).page;
      hold(text.includes('<form'), 'no form');
      hold(!/<script|\son\w+=|(src|href)="(https?:)?\/\//i.test(text), 'a script or a foreign address');
    },
    mutant: () => ({
      name: 'a script in the page',
      answer: (answer, ask) =>
        ask.url.pathname.startsWith('/interaction') ? { ...answer, text: `${answer.text}<script>1</script>` } : answer,
    }),
  },
  {
    id: 'smart-page.10',
    says: 'unknown paths of the issuer are 404 and say nothing of what runs',
    async run(site) {
      const answer = await site.send(`${site.issuer}/no-such-page`);
      equal(answer.status, 404, 'status');
      hold(!/fastify|koa|oidc-provider|node_modules|\bat \//i.test(answer.text), answer.text.slice(0, 200));
      equal([answer.headers.get('server'), answer.headers.get('x-powered-by')], [null, null], 'product headers');
    },
    mutant: answering('/no-such-page', 404, '{"message":"Route GET:/no-such-page not found","via":"fastify"}'),
  },
];
