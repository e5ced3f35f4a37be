/** Fires `requests` requests at the running server, several at once: shots at the endpoints, and walks through the pages; each answer is judged. What was wrong is returned. */
import { newBrowser } from '../../server/test/flows/authorization/browser.ts';
import type { Answer, Mutant } from '../mutants/mutant.ts';
import type { ClientName } from '../smart/client.ts';
import { bodyOf, grantedBy, Site } from '../smart/site.ts';
import type { Subject } from '../smart/subject.ts';
import { book, only, provenClients } from './decide.ts';
import { Ledger } from './ledger.ts';
import { proofKey } from './proofs.ts';
import { random } from './random.ts';
import { type Arms, type Shot, shot } from './requests.ts';
import { REGISTRABLE, verdict } from './verdict.ts';
import { type Walker, walk } from './walk.ts';

export interface Complaint {
  readonly what: string;
  /** The number of the shot or walk, from which the seed makes it again. */
  readonly turn: number;
  readonly shot?: Shot;
}

export interface Outcome {
  readonly complaints: readonly Complaint[];
  /** How many answers had which status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Tokens by grant, codes agreed to, introspections that told something, registrations. */
  readonly counts: ReadonlyMap<string, number>;
  readonly requests: number;
}

const APPS = ['public', 'symmetric', 'asymmetric', 'told', 'poster', 'exchanger'] as const;
const SHOOTERS = 6;
const SCOPE = 'openid launch/patient offline_access patient/*.rs';

/** With a `mutant`, against a server that is broken so: to see that the judge sees it. */
export async function fuzzOauth(subject: Subject, requests: number, seed: number, mutant?: Mutant): Promise<Outcome> {
  const site = new Site(subject, mutant);
  const ledger = new Ledger();
  const bystander = await site.granted('public');
  const never = await secretsOf(site, bystander.access, bystander.refresh);
  ledger.registrations.push(await initialToken(subject));
  for (const client of APPS) await stock(site, ledger, client);
  const begun = site.requests;
  const complaints: Complaint[] = [];
  const [statuses, counts] = [new Map<number, number>(), new Map<string, number>()];
  const count = <K>(map: Map<K, number>, name: K) => void map.set(name, (map.get(name) ?? 0) + 1);
  let turn = 0;

  const fire = async (arms: Arms, number: number): Promise<void> => {
    const dice = random(seed * 1_000_003 + number);
    const one = shot(arms, dice);
    const sent = performance.now();
    const answer = await site.send(subject.issuer + one.path, {
      method: one.method,
      headers: one.headers,
      certificate: one.certificate,
      ...(one.body === undefined ? {} : { body: one.body }),
    });
    count(statuses, answer.status);
    const what = verdict(site, ledger, never, one, answer, sent);
    if (what !== undefined) complaints.push({ what, turn: number, shot: one });
    learn(site, ledger, one, answer, (name) => count(counts, name));
  };

  const shooter = async (): Promise<void> => {
    const walker: Walker = { site, ledger, hands: await signedIn(site), offered: new Set(), foreign: 'none' };
    const arms = { site, ledger, key: proofKey(), cookies: (path: string) => cookiesFor(walker, path) };
    while (site.requests - begun < requests) {
      turn += 1;
      const number = turn;
      if (number % 25 === 0) {
        const codes = ledger.codes.size;
        const what = await walk(walker, random(seed * 1_000_003 + number));
        if (what !== undefined) complaints.push({ what, turn: number });
        if (ledger.codes.size > codes) count(counts, 'codes');
      } else await fire(arms, number);
      // What was revoked or spent is replaced, so that there is always something to lose.
      if (number % 1500 === 0) ledger.registrations.push(await initialToken(subject));
      if (number % 40 === 0)
        for (const client of APPS) if (ledger.live(ledger.refresh, client).length < 2) await stock(site, ledger, client);
    }
  };
  await Promise.all(Array.from({ length: SHOOTERS }, shooter));
  // Nobody asked for the end of this one.
  const { status } = await site.read(`Patient/${String(bystander.body['patient'])}`, bystander.access);
  if (status !== 200) complaints.push({ what: `the bystander's token died: ${status}`, turn: 0 });
  const done = site.requests - begun;
  await site.close();
  return { complaints, statuses, counts, requests: done };
}

/** What an answer changed. */
function learn(site: Site, ledger: Ledger, one: Shot, answer: Answer, count: (name: string) => void): void {
  const body = bodyOf(answer);
  const who = provenClients(site, ledger, one);
  if (typeof body['access_token'] === 'string') {
    count(`${String(only(one, 'grant_type')).split(':').at(-1)} tokens`);
    book(ledger, one, answer, who);
  }
  if (typeof body['request_uri'] === 'string') ledger.pushed.push(body['request_uri']);
  if (body['active'] === true) count('introspected');
  if (one.endpoint === 'register' && typeof body['client_id'] === 'string') count('registered');
  if (typeof body['launch'] === 'string') count('launches');
  if (one.endpoint === 'revoke' && answer.status === 200) {
    const token = only(one, 'token') ?? '';
    const held = ledger.refresh.get(token) ?? ledger.access.get(token);
    if (held === undefined || !who.includes(held.client)) return;
    count('revoked');
    ledger.end(held);
  }
  // A code or a refresh token that comes a second time ends its whole family: which tokens those are, the suite does not keep.
  const again = ledger.refresh.get(only(one, 'refresh_token') ?? '') ?? ledger.codes.get(only(one, 'code') ?? '');
  if (answer.status === 400 && again !== undefined && bodyOf(answer)['error'] === 'invalid_grant') ledger.end(again);
}

/** A launch of this app, for the shots. */
async function stock(site: Site, ledger: Ledger, client: ClientName): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    const { access, refresh } = await site.granted(client, { scope: SCOPE });
    // What was asked and agreed to, whatever the answer says.
    const asked = SCOPE.split(' ');
    ledger.access.set(access, { client, asked });
    ledger.refresh.set(refresh, { client, asked });
  }
}

async function signedIn(site: Site) {
  const hands = newBrowser(site.issuer, site.fetch as typeof fetch);
  await site.launch('public', { scope: 'openid', hands });
  return hands;
}

function cookiesFor({ hands }: Walker, path: string): string {
  return [...hands.cookies]
    .filter(([, cookie]) => path.startsWith(cookie.path))
    .map(([name, { value }]) => `${name}=${value}`)
    .join('; ');
}

/** Must never be in any answer. */
async function secretsOf(site: Site, ...tokens: readonly string[]): Promise<readonly string[]> {
  const { clients } = site.subject;
  const own = Object.values(clients).flatMap(({ secret, keys }) => [secret, ...keys.map(({ jwk }) => jwk.d)]);
  const others = grantedBy(await site.token('backend', { grant_type: 'client_credentials', scope: 'system/*.rs' })).access;
  const all = [...own, site.subject.person('family-physician').password, others, ...tokens];
  return all.filter((one): one is string => typeof one === 'string' && one !== '');
}

async function initialToken(subject: Subject): Promise<string> {
  const more = { note: 'fuzz', scope: REGISTRABLE.join(' '), uses: 100 };
  return String((await subject.admin('POST', '/registration-tokens', more))['token']);
}
