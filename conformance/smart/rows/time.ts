/** How long things live (SMART App Launch 2.2 §Response, §Access FHIR API; RFC 6749 §4.1.2; FAPI 2.0 §5.3.2.1), tried with the server's clock moved ahead. */
import { newBrowser } from '../../../server/test/flows/authorization/browser.ts';
import { anythingGoes } from '../../mutants/spoil-answers.ts';
import { equal, hold, type Row } from '../row.ts';
import { basicOf, bodyOf, grantedBy, type Site } from '../site.ts';
import { isRefused } from './refused.ts';

const MINUTE = 60;
const DAY = 86_400;

/** Puts the server's clock right again, whatever happened. */
const later =
  (run: (site: Site, ahead: (seconds: number) => Promise<void>) => Promise<void>): Row['run'] =>
  (site) =>
    run(site, site.subject.clockAhead).finally(() => site.subject.clockAhead(0));

const immortal: Row['mutant'] = ({ fhir }) => ({
  name: 'expiry not looked at by the FHIR server',
  answer: (answer, asked) =>
    asked.url.href.startsWith(`${fhir}/Patient`) && answer.status === 401 ? { ...answer, status: 200 } : answer,
});

async function isDead(site: Site, token: string, path: string): Promise<void> {
  equal((await site.read(path, token)).status, 401, 'status');
  const headers = basicOf(site.subject.clients.symmetric);
  const told = bodyOf(await site.send(`${site.issuer}/introspect`, { form: { token }, headers }));
  equal(told, { active: false }, 'introspection');
}

export const time: readonly Row[] = [
  ...(['public', 'symmetric', 'asymmetric'] as const).map(
    (kind): Row => ({
      id: `smart-time.01-${kind}`,
      says: `an access token that has expired opens nothing, and is introspected as dead (${kind})`,
      run: later(async (site, ahead) => {
        const { access, body } = await site.granted(kind);
        const path = `Patient/${String(body['patient'])}`;
        await ahead(Number(body['expires_in']) - 15);
        equal((await site.read(path, access)).status, 200, 'shortly before');
        await ahead(Number(body['expires_in']) + 1);
        await isDead(site, access, path);
      }),
      mutant: immortal,
    }),
  ),
  {
    id: 'smart-time.01-backend',
    says: 'an access token that has expired opens nothing, and is introspected as dead (backend)',
    run: later(async (site, ahead) => {
      const { access, body } = grantedBy(
        await site.token('backend', { grant_type: 'client_credentials', scope: 'system/*.rs' }),
      );
      await ahead(Number(body['expires_in']) + 1);
      await isDead(site, access, 'Patient?_count=1');
    }),
    mutant: immortal,
  },
  {
    id: 'smart-time.02',
    says: 'a code lives a minute',
    run: later(async (site, ahead) => {
      const launched = await site.launch('public');
      await ahead(MINUTE + 1);
      isRefused(await site.exchange('public', launched), [400], ['invalid_grant']);
    }),
    mutant: anythingGoes('the age of codes'),
  },
  {
    id: 'smart-time.03',
    says: 'offline_access lasts three months without use, and ends some day',
    run: later(async (site, ahead) => {
      const { refresh } = await site.granted('symmetric');
      const form = { grant_type: 'refresh_token', refresh_token: refresh };
      await ahead(90 * DAY);
      const next = grantedBy(await site.token('symmetric', form));
      await ahead(2 * 400 * DAY);
      isRefused(await site.token('symmetric', { ...form, refresh_token: next.refresh }), [400], ['invalid_grant']);
    }),
    mutant: anythingGoes('the age of refresh tokens'),
  },
  {
    id: 'smart-time.04',
    says: 'a launch that the EHR prepared is good for minutes only',
    run: later(async (site, ahead) => {
      const { id } = site.subject.clients.public;
      // The database has a clock of its own, which nobody moves: so it is prepared ten minutes ago.
      await ahead(-10 * MINUTE);
      const { launch } = (await site.subject.admin('POST', '/launches', { client: id, user: 'family-physician' })) as {
        launch: string;
      };
      await ahead(0);
      const { answer, url } = await site.launch('public', { scope: 'launch openid', request: { launch } });
      hold(!answer.has('code'), url);
    }),
    mutant: () => ({
      name: 'launches live for ever',
      ask(asked) {
        if (!asked.url.searchParams.has('launch')) return asked;
        const url = new URL(asked.url);
        url.searchParams.delete('launch');
        url.searchParams.set('scope', 'openid');
        return { ...asked, url };
      },
    }),
  },
  {
    id: 'smart-time.05',
    says: 'a session ends: the next day the password is asked for again',
    run: later(async (site, ahead) => {
      const hands = newBrowser(site.issuer, site.fetch as typeof fetch);
      await site.launch('public', { scope: 'openid', hands });
      hold(!(await hands.open(`${site.issuer}/my-apps`)).text.includes('name="password"'), 'not signed in');
      await ahead(DAY);
      hold((await hands.open(`${site.issuer}/my-apps`)).text.includes('name="password"'), 'still signed in');
    }),
    mutant: () => ({
      name: 'sessions live for ever',
      answer: (answer, asked) =>
        /my-apps|interaction/.test(asked.url.pathname)
          ? { ...answer, text: answer.text.replace('name="password"', '') }
          : answer,
    }),
  },
  {
    id: 'smart-time.06',
    says: 'exp of introspection is what expires_in promised',
    async run(site) {
      const { access: token, body } = await site.granted('symmetric');
      const told = bodyOf(
        await site.send(`${site.issuer}/introspect`, { form: { token }, headers: basicOf(site.subject.clients.symmetric) }),
      );
      const left = Number(told['exp']) - Date.now() / 1000;
      hold(Math.abs(left - Number(body['expires_in'])) < 15, `${left} and ${String(body['expires_in'])}`);
    },
    mutant: () => ({
      name: 'another exp',
      answer: (answer, asked) =>
        asked.url.pathname.endsWith('/introspect')
          ? { ...answer, text: answer.text.replace(/"exp":\d+/, '"exp":4102444800') }
          : answer,
    }),
  },
];
