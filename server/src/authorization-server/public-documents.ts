/**
 * Documents for everybody: user-access brands (SMART App Launch 2.2 §User-access brands and endpoints) and security.txt (RFC 9116, R-253). Served only
 * where the operator wrote something for them; they tell nothing but that.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { paths } from './discovery.ts';

export interface BrandSettings {
  readonly name: string;
  readonly website: string;
  readonly portal?: string | undefined;
  readonly logo?: string | undefined;
  readonly city?: string | undefined;
  readonly state?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly country?: string | undefined;
  readonly identifiers?: readonly BrandIdentifier[] | undefined;
}

export interface BrandIdentifier {
  readonly system: string;
  readonly value: string;
}

/** Of the primary brand (`user_access_brand_identifier`): the organisation's website, as SMART recommends. */
export function brandIdentifier({ website }: BrandSettings): BrandIdentifier {
  return { system: 'urn:ietf:rfc:3986', value: website };
}

export interface PublicDocumentSettings {
  readonly issuer: string;
  readonly fhirBase: string;
  readonly brands: BrandSettings | undefined;
  readonly securityContact: string | undefined;
  readonly now: () => number;
}

const HALF_A_YEAR_MS = 182 * 86_400_000;

export function publicDocuments(app: FastifyInstance, use: PublicDocumentSettings): void {
  const { brands, securityContact } = use;
  if (brands !== undefined) {
    const body = JSON.stringify(brandBundle(brands, use.fhirBase, new Date(use.now()).toISOString()));
    const tag = `W/"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
    const headers = {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'ETag',
      'Cache-Control': 'public, max-age=3600',
      'X-Content-Type-Options': 'nosniff',
      ETag: tag,
    };
    app.get(paths.brands, (request: FastifyRequest, reply: FastifyReply) => {
      reply.headers(headers);
      return request.headers['if-none-match'] === tag
        ? reply.code(304).send()
        : reply.type('application/fhir+json; charset=utf-8').send(body);
    });
    app.options(paths.brands, (_request, reply) =>
      reply
        .headers({
          'Access-Control-Allow-Origin': '*',
          'Access-Control-Allow-Methods': 'GET',
          'Access-Control-Allow-Headers': 'If-None-Match, Accept',
        })
        .code(204)
        .send(),
    );
  }
  if (securityContact !== undefined)
    app.get('/.well-known/security.txt', (_request, reply) =>
      reply
        .headers({ 'Cache-Control': 'public, max-age=3600', 'X-Content-Type-Options': 'nosniff' })
        .type('text/plain; charset=utf-8')
        .send(
          [
            `Contact: ${securityContact}`,
            `Expires: ${new Date(use.now() + HALF_A_YEAR_MS).toISOString()}`,
            'Preferred-Languages: en',
            `Canonical: ${use.issuer}/.well-known/security.txt`,
            '',
          ].join('\n'),
        ),
    );
}

const EXTENSION = 'http://hl7.org/fhir/StructureDefinition';

function brandBundle(brand: BrandSettings, fhirBase: string, timestamp: string): object {
  const address = { city: brand.city, state: brand.state, postalCode: brand.postalCode, country: brand.country };
  const known = Object.entries(address).filter(([, value]) => value !== undefined);
  const organization = {
    resourceType: 'Organization',
    id: 'brand',
    extension: [
      ...(brand.logo === undefined
        ? []
        : [{ url: `${EXTENSION}/organization-brand`, extension: [{ url: 'brandLogo', valueUrl: brand.logo }] }]),
      {
        url: `${EXTENSION}/organization-portal`,
        extension: [
          { url: 'portalName', valueString: brand.name },
          ...(brand.portal === undefined ? [] : [{ url: 'portalUrl', valueUrl: brand.portal }]),
          { url: 'portalEndpoint', valueReference: { reference: 'Endpoint/fhir' } },
        ],
      },
    ],
    identifier: [brandIdentifier(brand), ...(brand.identifiers ?? [])],
    active: true,
    name: brand.name,
    telecom: [{ system: 'url', value: brand.website }],
    ...(known.length === 0 ? {} : { address: [Object.fromEntries(known)] }),
    endpoint: [{ reference: 'Endpoint/fhir' }],
  };
  const endpoint = {
    resourceType: 'Endpoint',
    id: 'fhir',
    extension: [{ url: `${EXTENSION}/endpoint-fhir-version`, valueCode: '4.0.1' }],
    status: 'active',
    connectionType: { system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type', code: 'hl7-fhir-rest' },
    name: brand.name,
    managingOrganization: { reference: 'Organization/brand', display: brand.name },
    contact: [{ system: 'url', value: brand.website }],
    payloadType: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/endpoint-payload-type', code: 'none' }] }],
    address: fhirBase,
  };
  return {
    resourceType: 'Bundle',
    id: 'user-access-brands',
    type: 'collection',
    timestamp,
    entry: [organization, endpoint].map((resource) => ({
      fullUrl: `${brand.website.replace(/\/$/, '')}/${resource.resourceType}/${resource.id}`,
      resource,
    })),
  };
}
