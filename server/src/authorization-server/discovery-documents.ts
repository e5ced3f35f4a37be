/** What a FHIR base says of its authorization server: public documents, made of the configuration alone, so that an API can serve them wherever the server itself runs. */
import { protectedResourceMetadata, smartConfiguration } from './discovery.ts';
import { type FurtherBase, furtherTokenEndpoint } from './further-bases.ts';
import { type BrandSettings, brandIdentifier } from './public-documents.ts';

export interface DiscoveryDocuments {
  /** `{fhirBase}/.well-known/smart-configuration`, for the API's host to serve. `further`: the name of a further base. */
  smartConfiguration(further?: string): Readonly<Record<string, unknown>>;
  /** RFC 9728, for the API's host to serve. */
  protectedResourceMetadata(further?: string): Readonly<Record<string, unknown>>;
}

export interface DiscoveryDocumentsOptions {
  readonly issuer: string;
  readonly fhirBase: string;
  readonly further: readonly Pick<FurtherBase, 'name' | 'base'>[];
  readonly brands?: BrandSettings | undefined;
  /** At the first base alone: the patients of another have other ids. */
  readonly breakGlass?: readonly string[];
}

export function discoveryDocuments({
  issuer,
  fhirBase,
  further,
  brands,
  breakGlass,
}: DiscoveryDocumentsOptions): DiscoveryDocuments {
  return Object.freeze<DiscoveryDocuments>({
    smartConfiguration: (name) =>
      smartConfiguration(
        issuer,
        { brand: brands && brandIdentifier(brands), breakGlass: name === undefined ? breakGlass : undefined },
        ...(name === undefined ? [] : [furtherTokenEndpoint(issuer, name)]),
      ),
    protectedResourceMetadata: (name) =>
      protectedResourceMetadata(issuer, further.find((one) => one.name === name)?.base ?? fhirBase),
  });
}
