/** The published JSON Schema (2020-12) of a document of label rules. Its keys are the ones that `compileLabelRules` knows; what it cannot say is checked there. */
const texts = (description: string) =>
  ({ type: 'array', minItems: 1, items: { type: 'string', minLength: 1 }, description }) as const;

export const labelRulesSchema = Object.freeze({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Fireguard label rules',
  type: 'object',
  additionalProperties: false,
  required: ['labelRules', 'version', 'rules'],
  properties: {
    labelRules: { type: 'string', description: 'The name of the set.' },
    version: { type: 'integer' },
    default: {
      type: 'string',
      enum: ['L', 'M', 'N', 'R', 'V'],
      description: 'The confidentiality of what nothing else raises. Default: N.',
    },
    veryRestricted: texts(
      'Sensitivities (v3-ActCode) that make data very restricted, with those below them; every other makes it restricted.',
    ),
    meanings: {
      type: 'object',
      additionalProperties: texts('Codes of v3-Confidentiality (N, R or V) or v3-ActCode, or system|code.'),
      description:
        'Labels of others, by system|code, each with the labels that it stands for here, as you agreed with them. What is not named here and is none of HL7’s counts as very restricted.',
    },
    rules: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'description', 'labels'],
        description:
          'Holds when one of codes, valueSets, words is met (where any is given), and each of the others that is given.',
        properties: {
          id: { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' },
          description: { type: 'string', minLength: 10, description: 'A sentence for a privacy officer.' },
          codes: texts(
            'system|code; the system by its URL or as snomed, loinc, rxnorm, icd10, icd9, cpt; `icd10|F10*` is everything that begins so.',
          ),
          valueSets: texts('Canonical URLs of value sets that are loaded (policies.valueSets).'),
          words: texts(
            'Words in displays of codes and texts of concepts, in any case: of five letters or more as beginnings, shorter ones whole.',
          ),
          types: texts(
            'Resource types. Patient, Person and RelatedPerson are labelled by their content only where they are named here.',
          ),
          profiles: texts('Canonical URLs in meta.profile.'),
          mentions: texts('Type/id of somebody or something that the resource refers to.'),
          patients: texts('Ids of patients: their whole records.'),
          labels: texts('Codes of v3-Confidentiality or v3-ActCode, or system|code.'),
        },
      },
    },
  },
} as const);
