/** SMART App Launch 2.2 §User-access brands and endpoints, RFC 9116: documents that the operator publishes for everybody. */
import { answering, withField, withHeader, withoutField } from '../../mutants/spoil-answers.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf, type Site } from '../site.ts';
import { OPERATOR } from '../subject.ts';

const place = '/user-access-brands.json';
const text = '/.well-known/security.txt';
const WEB = 'urn:ietf:rfc:3986';

interface Resource {
  readonly resourceType: string;
  readonly id: string;
  readonly name?: string;
  readonly identifier?: readonly { readonly system?: string; readonly value?: string }[];
  readonly endpoint?: readonly { readonly reference: string }[];
  readonly address?: unknown;
  readonly extension?: readonly Extension[];
}

interface Extension {
  readonly url: string;
  readonly extension?: readonly (Extension & { readonly valueUrl?: string; readonly valueString?: string })[];
}

async function smart(site: Site): Promise<Record<string, unknown>> {
  return bodyOf(await site.send(`${site.fhir}/.well-known/smart-configuration`));
}

async function bundle(site: Site) {
  const url = String((await smart(site))['user_access_brand_bundle']);
  const answer = await site.send(url, { headers: { origin: 'https://any.example.test' } });
  equal(answer.status, 200, 'status');
  const body = bodyOf(answer);
  const entries = (body['entry'] ?? []) as readonly { readonly fullUrl?: string; readonly resource: Resource }[];
  return { url, answer, body, entries, brands: entries.filter(({ resource }) => resource.resourceType === 'Organization') };
}

/** The bundle without one of its kinds of resource. */
const without = (type: string): Row['mutant'] =>
  withField(place, 'entry', (entries: unknown) =>
    (entries as readonly { readonly resource: Resource }[]).filter(({ resource }) => resource.resourceType !== type),
  );

function part({ extension }: Resource, url: string, name: string): unknown {
  const found = extension?.find((one) => one.url.endsWith(`/${url}`))?.extension?.find((one) => one.url === name);
  return found?.valueUrl ?? found?.valueString;
}

export const brands: readonly Row[] = [
  {
    id: 'smart-brand.01',
    says: 'discovery names the brand bundle: 200, JSON of FHIR, a collection',
    async run(site) {
      const { answer, body } = await bundle(site);
      hold(/^application\/(fhir\+)?json/.test(answer.headers.get('content-type') ?? ''), 'Content-Type');
      equal([body['resourceType'], body['type']], ['Bundle', 'collection'], 'bundle');
    },
    mutant: withField(place, 'type', 'searchset'),
  },
  {
    id: 'smart-brand.02',
    says: 'Bundle.timestamp says when it last changed, and not when it was asked for',
    async run(site) {
      const stamp = (await bundle(site)).body['timestamp'];
      hold(typeof stamp === 'string' && Date.parse(stamp) <= Date.now(), String(stamp));
      await site.subject.clockAhead(5);
      const later = (await bundle(site).finally(() => site.subject.clockAhead(0))).body['timestamp'];
      equal(later, stamp, 'timestamp a little later');
    },
    mutant: withoutField(place, 'timestamp'),
  },
  {
    id: 'smart-brand.03',
    says: 'a primary brand refers to each endpoint of the bundle, and the endpoint is the FHIR base',
    async run(site) {
      const { entries, brands: all } = await bundle(site);
      const endpoints = entries.filter(({ resource }) => resource.resourceType === 'Endpoint');
      equal(
        endpoints.map(({ resource }) => resource.address),
        [site.fhir],
        'addresses',
      );
      const named = all.flatMap(({ resource }) => resource.endpoint ?? []).map(({ reference }) => reference);
      equal(
        named,
        endpoints.map(({ resource }) => `Endpoint/${resource.id}`),
        'references',
      );
    },
    mutant: without('Endpoint'),
  },
  {
    id: 'smart-brand.04',
    says: 'the brand has the identifiers that the operator gave it, its website among them',
    async run(site) {
      const [brand] = (await bundle(site)).brands;
      const wanted = [{ system: WEB, value: OPERATOR.access.website }, ...OPERATOR.access.identifiers];
      equal(brand?.resource.identifier, wanted, 'identifiers');
    },
    mutant: without('Organization'),
  },
  {
    id: 'smart-brand.05',
    says: 'user_access_brand_identifier has a value and a system, and matches exactly one brand',
    async run(site) {
      const wanted = (await smart(site))['user_access_brand_identifier'] as { system?: string; value?: string } | undefined;
      hold(typeof wanted?.value === 'string' && typeof wanted.system === 'string', JSON.stringify(wanted));
      const { brands: all } = await bundle(site);
      const matching = all.filter(({ resource }) =>
        resource.identifier?.some(({ system, value }) => system === wanted.system && value === wanted.value),
      );
      equal(matching.length, 1, 'brands of that identifier');
    },
    mutant: withField('/.well-known/smart-configuration', 'user_access_brand_identifier', { value: 'somebody' }),
  },
  {
    id: 'smart-brand.06',
    says: 'what the operator may say of a brand is there: name, address, logo, portal',
    async run(site) {
      const [brand] = (await bundle(site)).brands;
      hold(brand !== undefined, 'no brand');
      const { city, state, postalCode, country } = OPERATOR.access;
      equal(brand.resource.name, OPERATOR.hospital, 'name');
      equal(brand.resource.address, [{ city, state, postalCode, country }], 'address');
      equal(part(brand.resource, 'organization-brand', 'brandLogo'), OPERATOR.access.logo, 'logo');
      equal(part(brand.resource, 'organization-portal', 'portalUrl'), OPERATOR.access.portal, 'portal');
    },
    mutant: without('Organization'),
  },
  {
    id: 'smart-brand.07',
    says: 'data-absent-reasons other than asked-declined and asked-unknown do not occur',
    async run(site) {
      const { answer } = await bundle(site);
      const reasons = [...answer.text.matchAll(/data-absent-reason","valueCode":"([^"]*)"/g)].map((found) => found[1]);
      equal(
        reasons.filter((one) => one !== 'asked-declined' && one !== 'asked-unknown'),
        [],
        'reasons',
      );
    },
    mutant: () => ({
      name: 'another reason',
      answer: (answer, ask) =>
        ask.url.pathname.endsWith(place)
          ? {
              ...answer,
              text: answer.text.replace('"resource":{', '"resource":{"x":{"url":"data-absent-reason","valueCode":"masked"},'),
            }
          : answer,
    }),
  },
  {
    id: 'smart-brand.08',
    says: 'pages of any origin may read the bundle, its preflight too',
    async run(site) {
      const { url, answer } = await bundle(site);
      const preflight = await site.send(url, {
        method: 'OPTIONS',
        headers: { origin: 'https://any.example.test', 'access-control-request-method': 'GET' },
      });
      for (const { headers } of [answer, preflight]) equal(headers.get('access-control-allow-origin'), '*', 'CORS');
    },
    mutant: withHeader(place, 'access-control-allow-origin', undefined),
  },
  {
    id: 'smart-brand.09',
    says: 'a weak ETag, and 304 to If-None-Match',
    async run(site) {
      const { url, answer } = await bundle(site);
      const tag = answer.headers.get('etag') ?? '';
      hold(/^W\/".+"$/.test(tag), tag);
      equal((await site.send(url, { headers: { 'if-none-match': tag } })).status, 304, 'status');
    },
    mutant: withHeader(place, 'etag', '"strong"'),
  },
  {
    id: 'smart-brand.10',
    says: 'security.txt (RFC 9116): plain text, a contact, an end within a year, its own address',
    async run(site) {
      const answer = await site.send(site.issuer + text);
      equal(answer.status, 200, 'status');
      hold((answer.headers.get('content-type') ?? '').startsWith('text/plain'), 'Content-Type');
      hold(answer.text.includes(`Contact: ${OPERATOR.securityContact}\n`), 'no contact');
      hold(answer.text.includes(`Canonical: ${site.issuer}${text}\n`), 'another address');
      const end = Date.parse(/^Expires: (.+)$/m.exec(answer.text)?.[1] ?? '');
      hold(end > Date.now() && end < Date.now() + 366 * 86_400_000, 'no end, or past, or too far');
    },
    mutant: answering(text, 200, 'Contact: mailto:security@aldervale.example\nExpires: 2020-01-01T00:00:00Z\n'),
  },
];
