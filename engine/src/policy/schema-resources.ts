/** The part of the policy schema that speaks of resources: what they are, what they carry, what they hold, whom they are about. */
import { element, label, list, oneOf, type Schema, word } from './schema-words.ts';

const code: Schema = { type: 'string', pattern: '^[^|\\s]+\\|[^|\\s]+$', description: 'a code as system|code' };

const codes: Schema = {
  type: 'object',
  description: 'codes of which the resource must hold one',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    any: list(code, 'codes as system|code'),
    valueSets: list(word, 'canonical URLs of value sets; they are loaded from policies.valueSets'),
    at: list(element, 'the elements that hold the code, for every type of the rule; on a deny it may be left out: anywhere'),
  },
};

const day: Schema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2})?(Z|[+-]\\d{2}:\\d{2}))?$' };

const condition: Schema = {
  type: 'object',
  description: 'a condition on elements: one of them must meet the one test that is given',
  additionalProperties: false,
  required: ['elements'],
  minProperties: 2,
  properties: {
    elements: list(element, 'elements, some for every type of the rule'),
    is: {
      ...oneOf('caller', 'group-of-caller'),
      description: 'the element refers to the person who asks, or to an organization, team or group of theirs',
    },
    isNot: { ...oneOf('caller', 'group-of-caller'), description: 'the same is not so, or the element is not there' },
    equals: { ...word, description: 'a text as it stands, system|code, or Type/id' },
    in: list(word, 'texts as they stand, system|code, or Type/id'),
    valueSets: list(word, 'canonical URLs of value sets that hold the code'),
    exists: { type: 'boolean', description: 'the element is there, or is not' },
    during: {
      type: 'object',
      description: 'a date or period that lies wholly in this time; all that is given must hold',
      additionalProperties: false,
      minProperties: 1,
      properties: {
        start: { ...day, description: 'the first day, or the moment from which on' },
        end: { ...day, description: 'the day, or moment, before which it ends' },
        lastDays: { type: 'integer', minimum: 1, description: 'so many days before the request, and nothing after it' },
      },
    },
  },
};

export const resources: Schema = {
  type: 'object',
  description: 'conditions on the resource; all that is given must hold',
  additionalProperties: false,
  properties: {
    types: list({ type: 'string', pattern: '^[A-Z][A-Za-z]+$' }, 'resource types'),
    categories: list(
      oneOf('anonymous', 'business', 'individual', 'patient', 'not-classified'),
      'security categories; an anonymous, business or individual resource that is about a patient counts as patient',
    ),
    labels: {
      type: 'object',
      description: 'labels of which the resource must carry one',
      additionalProperties: false,
      required: ['any'],
      properties: { any: list(label, 'labels as system|code, each with what it subsumes') },
    },
    inside: {
      type: 'boolean',
      description:
        'true: only as a part of a stored Bundle (a document, a message, a collection); false: only by itself; left out: both',
    },
    codes,
    where: list(condition, 'conditions on what the resource holds; every one must hold'),
    patients: list(
      { type: 'string', pattern: '^[A-Za-z0-9.-]{1,64}$', description: 'the id of a patient' },
      'patients: a permit is for what is about these alone, a deny for what is about any of them',
    ),
  },
};
