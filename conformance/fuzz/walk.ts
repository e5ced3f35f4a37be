/**
 * A signed-in person's way through the pages to a code, with forms bent on the way: tokens of forms altered or of another step, cookies of somebody else,
 * scopes and patients that no page offered. What leads to a code although it should not is told; a good code goes into the ledger for the token shots.
 */
import { randomUUID } from 'node:crypto';
import { type Browser, type Form, formsOf, newBrowser, type Page } from '../../server/test/flows/authorization/browser.ts';
import { REDIRECT } from '../smart/client.ts';
import type { Site } from '../smart/site.ts';
import { bent, flipped, nonsense, type Params } from './bend.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import { CHALLENGE, VERIFIER } from './requests.ts';
import { insideOf } from './verdict.ts';

const SCOPES = [
  'openid fhirUser offline_access user/*.rs',
  'openid offline_access user/Observation.rs user/Condition.cruds',
  'launch/patient openid offline_access patient/*.rs',
  'launch/patient offline_access patient/Patient.rs patient/Observation.cruds',
  'openid user/Observation.read user/Patient.read',
];

const WIDER: Params = [
  ['scope', 'patient/*.cruds'],
  ['scope', 'user/*.cruds'],
  ['scope', 'system/*.cruds'],
  ['scope', '__admin'],
  ['only user/Observation.rs', 'user/*.cruds'],
  ['purpose', 'ETREAT'],
  ['patient', 'somebody-else'],
];

export interface Walker {
  readonly site: Site;
  readonly ledger: Ledger;
  /** A browser in which somebody is signed in. */
  readonly hands: Browser;
  /** Patients whom this person was ever offered. */
  readonly offered: Set<string>;
  /** A form token of another step of this person. */
  foreign: string;
}

/** One walk; what was wrong with it, or undefined. */
export async function walk(walker: Walker, dice: Random): Promise<string | undefined> {
  const { site, ledger, hands, offered } = walker;
  const client = dice.pick(['public', 'symmetric', 'asymmetric', 'told', 'exchanger'] as const);
  const scope = dice.pick(SCOPES);
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: site.subject.clients[client].id,
    redirect_uri: REDIRECT,
    scope,
    state: randomUUID(),
    aud: site.fhir,
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  });
  let page = await hands.open(`${site.issuer}/authorize?${query}`);
  const picker = formsOf(page).find(({ action }) => action.endsWith('/patient'));
  if (picker !== undefined) {
    for (const [, id = ''] of page.text.matchAll(/name="patient" value="([^"]+)"/g)) offered.add(id);
    const choice = dice.chance(0.15) ? dice.pick([...nonsense, 'somebody-else', '*']) : dice.pick([...offered]);
    const next = await post(hands, page, picker, [
      ...picker.fields.filter(([name]) => name !== 'patient'),
      ['patient', choice],
    ]);
    const wrong = insideOf(next.text);
    if (next.status >= 500 || wrong !== undefined) return `picker: ${next.status} ${wrong}`;
    if (!offered.has(choice)) return next.text.includes('/consent"') ? `a patient whom nobody offered: ${choice}` : undefined;
    page = next;
  }
  const form = formsOf(page).find(({ action }) => action.endsWith('/consent'));
  if (form === undefined) return page.status >= 500 ? `status ${page.status} on the way to consent` : undefined;
  const good: Params = [...form.fields.filter(([name]) => name !== 'duration'), ['decision', 'allow'], ['duration', 'stay']];
  const { fields, hands: by, intact } = await spoilt(walker, dice, good);
  const csrf = good.find(([name]) => name === 'csrf')?.[1] ?? '';
  const end = await post(by, page, form, fields);
  walker.foreign = csrf;
  const wrong = insideOf(end.text);
  if (end.status >= 500 || wrong !== undefined) return `consent: ${end.status} ${wrong}`;
  const code = end.url.startsWith(site.issuer) ? null : (URL.parse(end.url)?.searchParams.get('code') ?? null);
  if (code === null) return undefined;
  if (!end.url.startsWith(`${REDIRECT}?`)) return `a code at ${end.url.slice(0, 100)}`;
  const first = (name: string) => fields.find(([key]) => key === name)?.[1];
  if (!intact) return 'consent by a form that was not intact';
  if (first('csrf') !== csrf) return 'consent with another form token';
  if (first('decision') !== 'allow') return `consent by the decision ${first('decision')}`;
  const ticked = fields.filter(([name]) => name === 'scope' || name.startsWith('only ')).map(([, value]) => value);
  ledger.codes.set(code, {
    client,
    asked: scope.split(' '),
    ticked,
    redirectUri: REDIRECT,
    verifier: VERIFIER,
    patients: /patient\//.test(scope) ? [...offered] : undefined,
  });
  return undefined;
}

interface Spoilt {
  readonly fields: Params;
  readonly hands: Browser;
  /** False where cookies are not this person's. */
  readonly intact: boolean;
}

async function spoilt({ site, hands, foreign }: Walker, dice: Random, good: Params): Promise<Spoilt> {
  const fine = { fields: good, hands, intact: true };
  const csrf = (change: (value: string) => string): Spoilt => ({
    ...fine,
    fields: good.map(([name, value]) => [name, name === 'csrf' ? change(value) : value]),
  });
  switch (dice.below(14)) {
    case 0:
      return csrf((value) => flipped(dice, value));
    case 1:
      return csrf(() => dice.pick([...nonsense, foreign]));
    case 2:
      return { ...fine, fields: good.filter(([name]) => name !== 'csrf') };
    case 3:
      return { ...fine, hands: newBrowser(site.issuer, site.fetch as typeof fetch), intact: false };
    case 4: {
      // The cookies of this browser, each a little different.
      const other = newBrowser(site.issuer, site.fetch as typeof fetch);
      for (const [name, cookie] of hands.cookies)
        other.cookies.set(name, { ...cookie, value: cookie.value.replace(/.$/, (end) => (end === 'x' ? 'y' : 'x')) });
      return { ...fine, hands: other, intact: false };
    }
    case 5:
    case 6:
      return { ...fine, fields: [...good, ...Array.from({ length: 1 + dice.below(3) }, () => dice.pick(WIDER))] };
    case 7:
      return {
        ...fine,
        fields: good.map(([name, value]) => [name, name === 'decision' ? dice.pick([...nonsense, 'deny', 'ALLOW']) : value]),
      };
    case 8:
      return { ...fine, fields: good.filter(([name]) => name !== 'scope' || dice.chance(0.5)) };
    case 9:
    case 10:
      return { ...fine, fields: bent(dice, good, [foreign]) };
    default:
      return fine;
  }
}

async function post(by: Browser, page: Page, form: Form, fields: Params): Promise<Page> {
  const body = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value]));
  return by.open(new URL(form.action, page.url).href, { method: 'POST', body });
}
