/**
 * The closed list of operations (FHIR R4 operations.html), as data. Each is served as the reads and searches that it implies, so that it can never
 * show more than they would. `$graphql` and everything that is not listed is refused: an operation runs upstream, where nobody decides.
 */
import type { OperationRequest } from '../request/request.ts';

export type OperationName =
  | 'everything'
  | 'lastn'
  | 'docref'
  | 'document'
  | 'meta'
  | 'validate'
  | 'match'
  | 'export'
  | 'expand'
  | 'lookup'
  | 'validate-code'
  | 'subsumes'
  | 'translate';

export interface Operation {
  readonly name: OperationName;
  readonly levels: readonly OperationRequest['level'][];
  /** Undefined: every type. */
  readonly types: readonly string[] | undefined;
  /** Where a level has types of its own. */
  readonly typesAt?: Readonly<Partial<Record<OperationRequest['level'], readonly string[]>>>;
  /** Names of what it may be given; anything else is refused, since a part that was left out would widen the answer. */
  readonly parameters: readonly string[];
  /** Whether a resource may be handed in. */
  readonly takesResource: boolean;
  /** Canonical URL of its definition on a type (operations.html). */
  readonly definition: (type: string) => string;
  /** What it implies: for the reader, and for the reference. */
  readonly implies: string;
}

const CORE = 'http://hl7.org/fhir/OperationDefinition/';

function core(name: OperationName): Operation['definition'] {
  return (type) => `${CORE}${type}-${name}`;
}

export const operations: readonly Operation[] = Object.freeze([
  {
    name: 'everything',
    levels: ['instance'],
    types: ['Patient', 'Encounter'],
    parameters: ['_since', '_type', '_count'],
    takesResource: false,
    definition: core('everything'),
    implies: 'a read of the instance and a search of everything that belongs to it',
  },
  {
    name: 'lastn',
    levels: ['type'],
    types: ['Observation'],
    parameters: ['patient', 'subject', 'category', 'code', 'max'],
    takesResource: false,
    definition: core('lastn'),
    implies: 'a search of Observation, grouped and cut here',
  },
  {
    name: 'docref',
    levels: ['type'],
    types: ['DocumentReference'],
    parameters: ['patient', 'start', 'end', 'type'],
    takesResource: false,
    definition: () => 'http://hl7.org/fhir/uv/ipa/OperationDefinition/docref',
    implies: 'a search of DocumentReference',
  },
  {
    name: 'document',
    levels: ['instance'],
    types: ['Composition'],
    parameters: [],
    takesResource: false,
    definition: core('document'),
    implies: 'a read of the Composition and a search for each thing that it points to',
  },
  {
    name: 'meta',
    levels: ['instance'],
    types: undefined,
    parameters: [],
    takesResource: false,
    definition: () => `${CORE}Resource-meta`,
    implies: 'a read of the instance',
  },
  {
    name: 'validate',
    levels: ['type', 'instance'],
    types: undefined,
    parameters: ['mode'],
    takesResource: true,
    definition: () => `${CORE}Resource-validate`,
    implies: 'nothing: the shape of what was sent is checked, and nothing is looked up',
  },
  {
    name: 'match',
    levels: ['type'],
    types: ['Patient'],
    parameters: ['onlyCertainMatches', 'count'],
    takesResource: true,
    definition: core('match'),
    implies: 'a search of Patient by all that was given; an answer only when exactly one is found',
  },
  {
    name: 'export',
    levels: ['system', 'type', 'instance'],
    types: ['Patient', 'Group'],
    typesAt: { type: ['Patient'], instance: ['Group'] },
    parameters: ['_outputFormat', '_since', '_type', '_typeFilter', '_elements', 'patient'],
    takesResource: false,
    definition: (type) =>
      `http://hl7.org/fhir/uv/bulkdata/OperationDefinition/${type === '' ? '' : `${type.toLowerCase()}-`}export`,
    implies: 'a search of each type, page after page; each resource is asked for and judged again when a file is fetched',
  },
  {
    name: 'expand',
    levels: ['type', 'instance'],
    types: ['ValueSet'],
    parameters: ['url', 'valueSetVersion', 'filter', 'offset', 'count', 'activeOnly'],
    takesResource: false,
    definition: core('expand'),
    implies: 'searches for the ValueSet and for the value sets and code systems that it is made of, worked out here',
  },
  {
    name: 'validate-code',
    levels: ['type', 'instance'],
    types: ['ValueSet', 'CodeSystem'],
    parameters: [
      'url',
      'valueSetVersion',
      'version',
      'system',
      'systemVersion',
      'code',
      'display',
      'coding',
      'codeableConcept',
    ],
    takesResource: false,
    definition: core('validate-code'),
    implies: 'the same searches as $expand, or one for the CodeSystem',
  },
  {
    name: 'lookup',
    levels: ['type', 'instance'],
    types: ['CodeSystem'],
    parameters: ['code', 'system', 'version', 'coding'],
    takesResource: false,
    definition: core('lookup'),
    implies: 'a search for the CodeSystem',
  },
  {
    name: 'subsumes',
    levels: ['type', 'instance'],
    types: ['CodeSystem'],
    parameters: ['codeA', 'codeB', 'system', 'version', 'codingA', 'codingB'],
    takesResource: false,
    definition: core('subsumes'),
    implies: 'a search for the CodeSystem',
  },
  {
    name: 'translate',
    levels: ['type', 'instance'],
    types: ['ConceptMap'],
    parameters: [
      'url',
      'conceptMapVersion',
      'code',
      'system',
      'coding',
      'codeableConcept',
      'targetsystem',
      'reverse',
      'sourceCode',
      'sourceCoding',
      'sourceCodeableConcept',
      'targetCode',
      'targetCoding',
      'targetSystem',
    ],
    takesResource: false,
    definition: core('translate'),
    implies: 'a search for the ConceptMap',
  },
]);

/** Undefined: not one that is served there. */
export function operationFor({ name, level, type }: OperationRequest): Operation | undefined {
  return operations.find((one) => {
    if (one.name !== name || !one.levels.includes(level)) return false;
    const types = one.typesAt?.[level] ?? one.types;
    return type === undefined ? level === 'system' : types === undefined || types.includes(type);
  });
}
