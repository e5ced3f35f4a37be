/**
 * The published JSON Schema (2020-12) of a policy document. `refuseMisshapen` checks documents against this very object, so that what
 * editors and the documentation show is what is enforced; what a schema cannot say (does the type exist?) is in `check-rule.ts`.
 */
import { fhirVersions } from '../fhir/version.ts';
import { combinings } from './combining.ts';
import { decidedInteractions } from './interactions.ts';
import { relationNames } from './relations.ts';
import { environment } from './schema-environment.ts';
import { resources } from './schema-resources.ts';
import { all, element, label, list, oneOf, type Schema, word } from './schema-words.ts';

const caller: Schema = {
  type: 'object',
  description: 'conditions on who asks; all that is given must hold, inside a list one is enough',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    roles: list(word, 'roles of the user, or of the client when no user is there'),
    kinds: list(
      oneOf('anonymous', 'user', 'system'),
      'kinds of caller; a permit without kinds is for user and system, a deny for all',
    ),
    clients: list(word, 'client ids'),
    purposes: list(word, 'purposes of use: a code of v3-ActReason, or system|code'),
    everyPurpose: list(word, 'purposes of use, every one of which the caller must say'),
    purposesOtherThan: list(
      word,
      'on a deny: purposes of use, each with what it subsumes; the rule is for callers who say any other, or none',
    ),
    memberships: list(
      { type: 'string', pattern: '^[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}$', description: 'a group as Type/id' },
      'organizations, care teams and groups to which the caller belongs; one is enough',
    ),
    identities: list(
      {
        type: 'string',
        pattern: '^[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}$',
        description: 'a person, device, organization or place as Type/id',
      },
      'callers, by the FHIR resource that they are: of a person, or of a linked service',
    ),
    relations: list(
      oneOf(...relationNames),
      'relations to the patient: a permit wants one for every patient of the resource, a deny takes one for any',
    ),
  },
};

/** Leave it out instead of writing false. */
const truth: Schema = { type: 'boolean', enum: [true] };

const deIdentification: Schema = {
  type: 'object',
  description: 'what becomes of ids and dates',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    pseudonyms: {
      ...word,
      description:
        'a project: every id and reference becomes a pseudonym of it, the same each time; whoever such a rule lets in sees by such rules alone',
    },
    dates: {
      ...oneOf('year', 'shift'),
      description:
        'dates are cut to the year, or moved by the same number of days for all of a patient (wants pseudonyms); left out: withheld',
    },
  },
};

const clears: Schema = {
  type: 'object',
  description: 'protective labels that a permit reaches; normal confidentiality needs none',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    confidentiality: { ...oneOf('R', 'V'), description: 'the highest confidentiality reached' },
    sensitivities: {
      anyOf: [list(word, 'v3-ActCode sensitivities, each with what it subsumes'), all],
      description: 'a list of codes, or "*"',
    },
    other: { anyOf: [list(label, 'labels as system|code'), all], description: 'a list of labels, or "*"' },
  },
};

const rule: Schema = {
  type: 'object',
  description: 'one rule',
  additionalProperties: false,
  required: ['id', 'description', 'effect', 'interactions'],
  properties: {
    id: {
      type: 'string',
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      description: 'a name in small letters, digits and hyphens, unique among all documents',
    },
    description: { type: 'string', minLength: 10, description: 'one sentence that a privacy officer understands' },
    effect: oneOf('permit', 'deny'),
    fhirVersions: list(
      oneOf(...fhirVersions),
      'FHIR versions in which the rule exists, for what is named differently in each; left out = all',
    ),
    caller,
    interactions: {
      description: 'FHIR interaction names, or { group: [R] } with letters of CRUDE',
      anyOf: [
        list(oneOf(...decidedInteractions), 'interaction names'),
        {
          type: 'object',
          additionalProperties: false,
          required: ['group'],
          properties: { group: list(oneOf('C', 'R', 'U', 'D', 'E'), 'letters of CRUDE') },
        },
      ],
    },
    environment: { ...environment, description: 'circumstances under which the rule holds; all that is given must hold' },
    unless: {
      ...environment,
      description: 'on a deny: circumstances under which it does not hold; all that is given must hold',
    },
    resources,
    clears,
    mask: list(element, 'on a permit: elements withheld from those whom only rules with this mask permit'),
    elements: list(element, 'on a deny: withhold these elements only, always'),
    denyAs: { ...oneOf('empty', 'not-found', 'forbidden', 'unauthorized'), description: 'how a deny answers' },
    announces: { type: 'boolean', description: 'the caller may learn from the answer that something is hidden' },
    overridable: oneOf('break-the-glass'),
    consentable: { type: 'boolean', description: "a patient's consent may lift this deny" },
    maskAs: {
      ...oneOf('absent-reason', 'silence'),
      description:
        'what is withheld leaves a data-absent-reason "masked" behind, always; silence: no mark either, neither SUBSETTED nor REDACTED; left out: nothing in its place, and the marks',
    },
    deIdentify: {
      description:
        'on a permit: lets out codes and amounts only, no names, dates, texts, identifiers or attachments; ids stay but where pseudonyms says otherwise',
      anyOf: [truth, deIdentification],
    },
    obligations: {
      type: 'object',
      description: 'on a permit: what it obliges to',
      additionalProperties: false,
      minProperties: 1,
      properties: {
        labels: list(label, 'labels added to the released resource, such as NOREUSE or NORDSCLCD'),
        notify: {
          ...truth,
          description: 'the officers are told when it let somebody in, once in fifteen minutes for each of them',
        },
        rationale: {
          ...truth,
          description: 'it lets in only who says why, in the header Fireguard-Reason, which is kept in the audit trail',
        },
      },
    },
    consentExempt: {
      type: 'string',
      minLength: 10,
      description: 'on a permit that names its types: why no consent of the patient stands against it, in one sentence',
    },
    mayLabel: {
      type: 'boolean',
      description: 'on a permit of create, update or patch: the writer may set, change and remove security labels',
    },
  },
};

export const policySchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:fireguard:schema:policy-set:1',
  title: 'Fireguard policy set',
  description: 'a policy set',
  type: 'object',
  additionalProperties: false,
  required: ['policySet', 'version', 'combining', 'rules'],
  properties: {
    policySet: {
      type: 'string',
      pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
      description: 'a name in small letters, digits and hyphens',
    },
    version: { type: 'integer', minimum: 1, description: 'a whole number, from 1' },
    combining: {
      ...oneOf(...combinings),
      description:
        'how the rules of this set make one outcome; between sets a deny always wins, and what no set permits is denied',
    },
    upstreams: list(word, 'base URLs of the upstreams for which the set holds; left out: for all'),
    rules: { type: 'array', items: rule, minItems: 1, description: 'a list of rules' },
  },
};
