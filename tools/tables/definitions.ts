/** The published definitions of a FHIR version as plain data. Only the members that the tables need are typed; none of it goes further than this folder. */

/** Everything that the tables of one version are made of. */
export interface Definitions {
  readonly version: 'R4' | 'R4B' | 'R5' | 'R6';
  /** Where it comes from, for the head of what is generated. */
  readonly source: string;
  /** Concrete and abstract resource types of this version. Empty: their elements are not known. */
  readonly resources: readonly StructureDefinition[];
  readonly types: readonly StructureDefinition[];
  /** Where its own elements are not known: what the paths of its parameters are looked up in. A parameter that is not found there is left out. */
  readonly readBy?: readonly StructureDefinition[];
  readonly parameters: readonly SearchParameterDefinition[];
  /** By concrete type: its security category, `none` where the type has no endpoint. */
  readonly categories: ReadonlyMap<string, string>;
  /** By type: parameters that put an instance into the compartment of a patient. */
  readonly compartment: ReadonlyMap<string, readonly string[]>;
}

export interface ElementType {
  readonly code: string;
  readonly targetProfile?: readonly string[];
}

export interface ElementDefinition {
  readonly path: string;
  readonly max: string;
  readonly min?: number;
  readonly isSummary?: boolean;
  readonly type?: readonly ElementType[];
  readonly contentReference?: string;
}

export interface StructureDefinition {
  readonly resourceType: string;
  readonly id: string;
  readonly abstract: boolean;
  readonly kind: string;
  readonly fhirVersion: string;
  readonly derivation?: string;
  readonly extension?: readonly { readonly url: string; readonly valueCode?: string }[];
  readonly snapshot: { readonly element: readonly ElementDefinition[] };
}

export interface SearchParameterDefinition {
  readonly resourceType: string;
  readonly url: string;
  readonly code: string;
  readonly base: readonly string[];
  readonly type: string;
  readonly expression?: string;
  readonly target?: readonly string[];
  readonly component?: readonly { readonly definition: string; readonly expression: string }[];
}

export interface CompartmentDefinition {
  readonly resource: readonly { readonly code: string; readonly param?: readonly string[] }[];
}

export interface Concept {
  readonly code: string;
  readonly property?: readonly { readonly code: string; readonly valueCode?: string; readonly valueBoolean?: boolean }[];
  readonly concept?: readonly Concept[];
}

export interface CodeSystem {
  readonly resourceType: string;
  readonly id: string;
  readonly url: string;
  readonly version: string;
  readonly identifier?: readonly { readonly value: string }[];
  readonly concept?: readonly Concept[];
}

const categoryExtension = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-security-category';

/** Types that are only ever a body, never at a URL: they have no category. */
const withoutEndpoint: ReadonlySet<string> = new Set(['OperationOutcome', 'Parameters']);

/** The categories that the definitions themselves name; an error where one names none. */
export function categoriesOf(resources: readonly StructureDefinition[]): ReadonlyMap<string, string> {
  return new Map(
    resources
      .filter(({ abstract, derivation }) => !abstract && derivation !== 'constraint')
      .map(({ id, extension }) => {
        const category = extension?.find(({ url }) => url === categoryExtension)?.valueCode;
        if (category === undefined && !withoutEndpoint.has(id)) throw new Error(`No security category for ${id}`);
        return [id, withoutEndpoint.has(id) ? 'none' : category!];
      }),
  );
}

export function compartmentOf({ resource }: CompartmentDefinition): ReadonlyMap<string, readonly string[]> {
  return new Map(resource.map(({ code, param }) => [code, param ?? []]));
}
