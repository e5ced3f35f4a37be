/** Twenty rules as a hospital might have them, in our language and in Cedar's, word for word; and what is asked of both. */
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

interface Sketch {
  readonly effect: 'permit' | 'deny';
  readonly roles?: readonly string[];
  readonly relations?: readonly string[];
  readonly types?: readonly string[];
  readonly label?: string;
  /** Of a permit: restricted data too. */
  readonly clears?: boolean;
  readonly actions: readonly ('read' | 'search' | 'create')[];
}

const clinical = ['Observation', 'Condition', 'Procedure', 'MedicationRequest'];
/** Six of them are about a physician who reads an Observation, and are asked each time; the rest are for others. */
export const sketches: readonly Sketch[] = [
  { effect: 'permit', roles: ['physician', 'nurse'], relations: ['encounter'], types: clinical, actions: ['read', 'search'] },
  {
    effect: 'permit',
    roles: ['physician'],
    relations: ['care-team', 'general-practitioner'],
    types: clinical,
    clears: true,
    actions: ['read', 'search'],
  },
  { effect: 'permit', roles: ['physician'], relations: ['care-team'], types: clinical, actions: ['create'] },
  { effect: 'permit', roles: ['nurse'], relations: ['care-team'], types: ['Observation'], actions: ['create'] },
  { effect: 'permit', roles: ['patient'], relations: ['self'], types: clinical, clears: true, actions: ['read', 'search'] },
  { effect: 'permit', roles: ['guardian'], relations: ['guardian'], types: clinical, actions: ['read', 'search'] },
  { effect: 'permit', roles: ['clerk'], types: ['Claim', 'Coverage', 'Account'], actions: ['read', 'search'] },
  { effect: 'permit', roles: ['officer'], types: ['AuditEvent', 'Consent'], actions: ['read', 'search'] },
  {
    effect: 'permit',
    roles: ['physician', 'nurse', 'clerk'],
    types: ['Organization', 'Location'],
    actions: ['read', 'search'],
  },
  { effect: 'permit', roles: ['physician', 'nurse', 'clerk'], types: ['Practitioner'], actions: ['read', 'search'] },
  { effect: 'permit', roles: ['researcher'], types: ['Group'], actions: ['read'] },
  {
    effect: 'permit',
    roles: ['pharmacist'],
    relations: ['care-team'],
    types: ['MedicationRequest'],
    actions: ['read', 'search'],
  },
  { effect: 'deny', relations: ['guardian'], label: `${ACT}|SEX`, actions: ['read', 'search', 'create'] },
  { effect: 'deny', relations: ['guardian', 'self'], label: `${ACT}|NOPAT`, actions: ['read', 'search'] },
  { effect: 'deny', label: `${ACT}|PSYTHPN`, actions: ['read', 'search', 'create'] },
  { effect: 'deny', roles: ['student'], label: `${CONFIDENTIALITY}|R`, actions: ['read', 'search', 'create'] },
  { effect: 'deny', roles: ['physician', 'nurse'], types: ['AuditEvent'], actions: ['read', 'search'] },
  { effect: 'deny', roles: ['clerk'], types: clinical, actions: ['read', 'search', 'create'] },
  { effect: 'deny', label: `${CONFIDENTIALITY}|V`, types: clinical, actions: ['create'] },
  { effect: 'deny', roles: ['physician'], label: `${ACT}|VIP`, types: clinical, actions: ['read', 'search'] },
];

/** `others`: so many rules more, for roles that nobody here has. */
export function ourRules(others = 0): unknown {
  const more = Array.from(
    { length: others },
    (_, at): Sketch => ({
      effect: at % 5 === 0 ? 'deny' : 'permit',
      roles: [`role-${at}`],
      relations: ['care-team'],
      types: clinical,
      actions: ['read', 'search'],
    }),
  );
  return {
    policySet: 'bench',
    version: 1,
    combining: 'deny-overrides',
    rules: [...sketches, ...more].map((sketch, at) => ({
      id: `rule-${at}`,
      description: 'A rule of the bench.',
      effect: sketch.effect,
      ...(sketch.roles || sketch.relations
        ? { caller: { ...(sketch.roles && { roles: sketch.roles }), ...(sketch.relations && { relations: sketch.relations }) } }
        : {}),
      interactions: sketch.actions,
      ...(sketch.types || sketch.label
        ? {
            resources: {
              ...(sketch.types && { types: sketch.types }),
              ...(sketch.label && { labels: { any: [sketch.label] } }),
            },
          }
        : {}),
      ...(sketch.clears ? { clears: { confidentiality: 'R', sensitivities: ['HIV', 'SUD'] } } : {}),
    })),
  };
}

/** The same as Cedar policies. Labels are a set of texts, the relation to the patient a set in the context; a permit without clearance wants no label. */
export function cedarRules(others = 0): string {
  const more = Array.from({ length: others }, (_, at) =>
    cedarRule({
      effect: at % 5 === 0 ? 'deny' : 'permit',
      roles: [`role-${at}`],
      relations: ['care-team'],
      types: clinical,
      actions: ['read', 'search'],
    }),
  );
  return [...sketches.map(cedarRule), ...more].join('\n');
}

function cedarRule({ effect, roles, relations, types, label, clears, actions }: Sketch): string {
  const list = (texts: readonly string[]) => `[${texts.map((text) => `"${text}"`).join(', ')}]`;
  const conditions = [
    ...(roles ? [`principal.roles.containsAny(${list(roles)})`] : []),
    ...(relations ? [`context.relations.containsAny(${list(relations)})`] : []),
    ...(types ? [`${list(types)}.contains(resource.type)`] : []),
    ...(label ? [`resource.labels.contains("${label}")`] : []),
    ...(effect === 'permit'
      ? [
          clears
            ? `${list([`${CONFIDENTIALITY}|N`, `${CONFIDENTIALITY}|R`, `${ACT}|HIV`, `${ACT}|SUD`])}.containsAll(resource.labels)`
            : `["${CONFIDENTIALITY}|N"].containsAll(resource.labels)`,
        ]
      : []),
  ];
  const action = `action in [${actions.map((one) => `Action::"${one}"`).join(', ')}]`;
  return `${effect === 'deny' ? 'forbid' : 'permit'}(principal, ${action}, resource) when { ${conditions.join(' && ')} };`;
}

/** Labels of the resources that are asked about, in turn. */
export const labelled: readonly (readonly string[])[] = [
  ...[[], [], [], [], [`${CONFIDENTIALITY}|N`], [`${CONFIDENTIALITY}|R`], [`${CONFIDENTIALITY}|R`, `${ACT}|HIV`]],
  ...[[`${ACT}|SEX`], [`${ACT}|VIP`], []],
];
