/** RFC 8705 over real TLS: clients that prove who they are by a certificate, and tokens that are worth nothing without it. */
import { createHash, X509Certificate } from 'node:crypto';
import type { Pair } from '../../../server/test/flows/certificates.ts';
import type { Mutant } from '../../mutants/mutant.ts';
import { anythingGoes, withField, withoutField } from '../../mutants/spoil-answers.ts';
import type { ClientName } from '../client.ts';
import { equal, hold, type Row } from '../row.ts';
import { basicOf, bodyOf, grantedBy, type Site } from '../site.ts';
import { isRefused } from './refused.ts';

const grant = { grant_type: 'client_credentials', scope: 'system/*.rs' };

/** A token request in the name of this client, with any certificate or none. */
function ask(site: Site, name: ClientName, certificate: Pair | undefined, headers: Readonly<Record<string, string>> = {}) {
  const form = { ...grant, client_id: site.subject.clients[name].id };
  return site.send(`${site.issuer}/token`, { form, headers, certificate });
}

function read(site: Site, access: string, certificate: Pair | undefined) {
  return site.send(`${site.fhir}/Patient?_count=1`, { headers: { authorization: `Bearer ${access}` }, certificate });
}

/** Whatever is shown, the right one reaches the server. */
const anyCertificate =
  (name: ClientName): Row['mutant'] =>
  ({ clients }): Mutant => ({
    name: 'certificates not compared',
    ask: (asked) => ({ ...asked, certificate: clients[name].certificate }),
  });

const own = (site: Site, name: ClientName): Pair => {
  const { certificate } = site.subject.clients[name];
  if (certificate === undefined) throw new Error(`${name} has no certificate`);
  return certificate;
};

export const certificates: readonly Row[] = [
  ...(['certified', 'self-signed'] as const).map(
    (name): Row => ({
      id: `smart-mtls.01-${name}`,
      says: `a client proves who it is by its certificate, and reads with its token (${name})`,
      async run(site) {
        const answer = await site.token(name, grant);
        equal(answer.status, 200, 'status');
        equal((await read(site, grantedBy(answer).access, own(site, name))).status, 200, 'status of the read');
      },
      mutant: () => ({ name: 'certificates not asked for', ask: (asked) => ({ ...asked, certificate: undefined }) }),
    }),
  ),
  ...(['certified', 'self-signed'] as const).map(
    (name): Row => ({
      id: `smart-mtls.02-${name}`,
      says: `without its certificate, or with another's, a client is nobody (${name})`,
      async run(site) {
        const other = own(site, name === 'certified' ? 'self-signed' : 'certified');
        for (const certificate of [undefined, site.subject.impostor, other])
          isRefused(await ask(site, name, certificate), [400, 401], ['invalid_client']);
      },
      mutant: anyCertificate(name),
    }),
  ),
  {
    id: 'smart-mtls.03',
    says: 'headers that claim a certificate are none',
    async run(site) {
      const { certificate, der } = own(site, 'certified');
      for (const headers of [
        { 'x-ssl-client-cert': encodeURIComponent(certificate) },
        { 'x-forwarded-client-cert': `Cert="${encodeURIComponent(certificate)}"` },
        { 'client-cert': `:${der}:` },
        { 'ssl-client-verify': 'SUCCESS', 'ssl-client-subject-dn': 'O=Test,CN=conformance-certified' },
      ])
        isRefused(await ask(site, 'certified', undefined, headers), [400, 401], ['invalid_client']);
    },
    mutant: ({ clients }) => ({
      name: 'certificates taken from headers',
      ask: (asked) => ({
        ...asked,
        certificate: /cert/.test(Object.keys(asked.headers).join()) ? clients.certified.certificate : undefined,
      }),
    }),
  },
  {
    id: 'smart-mtls.04',
    says: 'a token bound to a certificate opens nothing without it, nor with another',
    async run(site) {
      const { access } = grantedBy(await site.token('certified', grant));
      for (const certificate of [undefined, site.subject.impostor, own(site, 'self-signed')])
        equal((await read(site, access, certificate)).status, 401, 'status');
      equal((await read(site, access, own(site, 'certified'))).status, 200, 'with its own');
    },
    mutant: anyCertificate('certified'),
  },
  {
    id: 'smart-mtls.05',
    says: 'introspection tells the certificate of a bound token (cnf x5t#S256)',
    async run(site) {
      const { access: token } = grantedBy(await site.token('certified', grant));
      const headers = basicOf(site.subject.clients.symmetric);
      const told = bodyOf(await site.send(`${site.issuer}/introspect`, { form: { token }, headers }));
      const { raw } = new X509Certificate(own(site, 'certified').certificate);
      const thumbprint = createHash('sha256').update(raw).digest('base64url');
      equal((told['cnf'] as Record<string, unknown> | undefined)?.['x5t#S256'], thumbprint, 'cnf');
    },
    mutant: withoutField('/introspect', 'cnf'),
  },
  {
    id: 'smart-mtls.06',
    says: 'discovery names the ways of certificates, and that tokens can be bound to them',
    async run(site) {
      const told = bodyOf(await site.send(`${site.issuer}/.well-known/openid-configuration`));
      const methods = told['token_endpoint_auth_methods_supported'] as readonly string[];
      hold(methods.includes('tls_client_auth') && methods.includes('self_signed_tls_client_auth'), methods.join(' '));
      equal(told['tls_client_certificate_bound_access_tokens'], true, 'bound tokens');
    },
    mutant: withField('/.well-known/openid-configuration', 'tls_client_certificate_bound_access_tokens', false),
  },
  {
    id: 'smart-mtls.07',
    says: 'a client of certificates cannot come by an assertion or a secret instead',
    async run(site) {
      const { id } = site.subject.clients.certified;
      const claims = { iss: id, sub: id };
      const client_assertion = site.assertion('backend', { claims });
      const form = {
        ...grant,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion,
      };
      isRefused(await site.send(`${site.issuer}/token`, { form }), [400, 401], ['invalid_client']);
      isRefused(await site.send(`${site.issuer}/token`, { form: { ...grant, client_id: id, client_secret: 'x' } }), [400, 401]);
    },
    mutant: anythingGoes('the way of authentication'),
  },
];
