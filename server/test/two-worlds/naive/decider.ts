/**
 * The harness's own judgement: may this caller do this with this resource, and what is masked? Written from the policy language and the
 * requirements, resource by resource on plain JSON, as slowly and simply as can be. INVARIANT: it imports nothing from the engine, since the
 * harness must not share its mistakes.
 */
import type { Json } from '../json.ts';
import { valuesAt } from '../json.ts';
import type { Scene } from '../scenario.ts';
import { carries, cleared, labelsIn } from './labels.ts';
import { releasedForm } from './mask.ts';
import { type About, about, inCompartmentOf } from './patients.ts';
import { naiveTypes } from './types.ts';

export const interactions = [
  'read',
  'vread',
  'search',
  'history-instance',
  'history-type',
  'history-system',
  'update',
  'patch',
  'delete',
  'create',
] as const;
export type NaiveInteraction = (typeof interactions)[number];

const letters: Readonly<Record<NaiveInteraction, string>> = {
  ...{ read: 'r', vread: 'r', 'history-instance': 'r', 'history-type': 's', 'history-system': 's', search: 's' },
  ...{ create: 'c', update: 'u', patch: 'u', delete: 'd' },
};
const groups: Readonly<Record<NaiveInteraction, string>> = {
  ...{ read: 'R', vread: 'R', 'history-instance': 'R', 'history-type': 'R', 'history-system': 'R', search: 'R' },
  ...{ create: 'C', update: 'U', patch: 'U', delete: 'D' },
};

/** Seen, with what is masked of it. The form is made when it is asked for: most are not. */
export class Seen {
  readonly mask: readonly string[];
  readonly #resource: Json;
  #form: Json;

  constructor(resource: Json, mask: readonly string[]) {
    this.mask = mask;
    this.#resource = resource;
  }

  /** As it may leave. */
  get form(): Json {
    this.#form ??= releasedForm(this.#resource, this.mask);
    return this.#form;
  }
}

/** Written by whoever holds a right of its own over these types, never by the way (hardening B4-65). */
const authorizationData = ['CareTeam', 'Consent', 'Group', 'PractitionerRole', 'RelatedPerson'];

export class NaiveDecider {
  readonly #scene: Pick<Scene, 'policies' | 'caller' | 'facts'>;
  readonly #rules: readonly Json[];
  readonly #may = new Map<string, readonly Json[]>();
  /** What was said of a resource stays said: resources are never changed in place. */
  readonly #said = new WeakMap<object, Map<NaiveInteraction, Seen | 'announced' | undefined>>();

  constructor(scene: Pick<Scene, 'policies' | 'caller' | 'facts'>) {
    this.#scene = scene;
    this.#rules = scene.policies.flatMap(({ rules }) => rules);
  }

  /** Undefined: hidden. `announced`: hidden, and the rule says that the caller may know it. */
  sees(resource: Json, interaction: NaiveInteraction): Seen | 'announced' | undefined {
    let said = this.#said.get(resource);
    if (said === undefined) {
      said = new Map();
      this.#said.set(resource, said);
    }
    if (!said.has(interaction)) said.set(interaction, this.#judge(resource, interaction));
    return said.get(interaction);
  }

  #judge(resource: Json, interaction: NaiveInteraction): Seen | 'announced' | undefined {
    const type = naiveTypes[resource.resourceType];
    if (type === undefined) return undefined;
    const { caller } = this.#scene;
    const rules = this.#rulesFor(resource.resourceType, interaction);
    const permits = rules.filter(({ effect }) => effect === 'permit');
    if (permits.length === 0) return undefined;
    if (caller.kind !== 'anonymous' && !this.#inScope(resource, interaction)) return undefined;
    const self = /^Patient\/(.+)$/.exec(caller.fhirUser ?? '')?.[1];
    const onlySelf = permits.every((rule) => rule.caller?.relations?.every((relation: string) => relation === 'self') ?? false);
    if (self !== undefined && onlySelf && type.category === 'patient' && !inCompartmentOf(resource, self)) return undefined;

    const whom = about(resource, this.#scene.facts);
    const denying = rules.find(
      (rule) => rule.effect === 'deny' && rule.elements === undefined && this.#holds(rule, resource, whom),
    );
    if (denying !== undefined) return denying.announces === true ? 'announced' : undefined;
    const applying = permits.filter((rule) => this.#holds(rule, resource, whom) && cleared(labelsIn(resource), rule.clears));
    if (applying.length === 0) return undefined;
    if (whom.undetermined && type.category !== 'not-classified') return undefined;
    if (whom.patients.some((patient) => this.#objects(patient))) return undefined;

    const withheld = rules.filter(
      (rule) => rule.effect === 'deny' && rule.elements !== undefined && this.#holds(rule, resource, whom),
    );
    const mask = maskOf(
      resource.resourceType,
      applying.map((rule) => rule.mask ?? []),
      withheld.flatMap((rule) => rule.elements),
    );
    return new Seen(resource, mask);
  }

  /** May labels be written on this, by some permit that applies? */
  mayLabel(resource: Json, interaction: NaiveInteraction): boolean {
    const whom = about(resource, this.#scene.facts);
    return this.#rulesFor(resource.resourceType, interaction).some(
      (rule) =>
        rule.effect === 'permit' &&
        rule.mayLabel === true &&
        this.#holds(rule, resource, whom) &&
        cleared(labelsIn(resource), rule.clears),
    );
  }

  /** Could anything of the type be this caller's to do so with, by its rules alone? */
  isOpen(type: string, interaction: NaiveInteraction): boolean {
    return this.#rulesFor(type, interaction).some(({ effect }) => effect === 'permit');
  }

  /** Whom it is about, sorted. */
  patients(resource: Json): readonly string[] {
    return [...about(resource, this.#scene.facts).patients].sort();
  }

  /** Could any rule mask something of this type for this caller? */
  maskable(type: string, interaction: NaiveInteraction): readonly string[] {
    const rules = this.#rulesFor(type, interaction);
    return [...new Set(rules.flatMap((rule) => pathsOf(type, [...(rule.mask ?? []), ...(rule.elements ?? [])])))];
  }

  /** Those that may apply to instances of the type. */
  #rulesFor(type: string, interaction: NaiveInteraction): readonly Json[] {
    const key = `${type} ${interaction}`;
    let rules = this.#may.get(key);
    if (rules === undefined) {
      rules = this.#rules.filter((rule) => this.#mayApply(rule, type, interaction));
      this.#may.set(key, rules);
    }
    return rules;
  }

  /** What a rule asks of caller, type and interaction. */
  #mayApply(rule: Json, type: string, interaction: NaiveInteraction): boolean {
    const { caller } = this.#scene;
    const condition = rule.caller ?? {};
    const kinds = condition.kinds ?? (rule.effect === 'permit' ? ['user', 'system'] : ['anonymous', 'user', 'system']);
    const named =
      rule.interactions.group === undefined
        ? rule.interactions.includes(interaction)
        : rule.interactions.group.includes(groups[interaction]);
    const covers = this.#covers(rule, type);
    const byTheWay =
      rule.effect === 'permit' &&
      'CUD'.includes(groups[interaction]) &&
      authorizationData.includes(type) &&
      rule.resources?.types?.includes(type) !== true;
    return (
      named &&
      !byTheWay &&
      (covers.plain || covers.patients) &&
      kinds.includes(caller.kind) &&
      (condition.roles === undefined || condition.roles.some((role: string) => caller.roles.includes(role))) &&
      (condition.clients === undefined || condition.clients.includes(caller.client)) &&
      (condition.purposes === undefined || this.#purposes(rule))
    );
  }

  #purposes({ effect, caller: { purposes } }: Json): boolean {
    const asked = this.#scene.caller.purposes;
    if (effect === 'deny') return asked.some((one) => purposes.includes(one));
    return asked.length > 0 && asked.every((one) => purposes.includes(one));
  }

  /** whether a rule is for instances about nobody, and for those about a patient. */
  #covers(rule: Json, type: string): { plain: boolean; patients: boolean } {
    const { category } = naiveTypes[type]!;
    const { types, categories } = rule.resources ?? {};
    if (types !== undefined && !types.includes(type)) return { plain: false, patients: false };
    const withPatient = category === 'not-classified' ? category : 'patient';
    const plain = categories?.includes(category) ?? true;
    if (rule.effect === 'deny') return { plain, patients: plain || (categories?.includes(withPatient) ?? false) };
    const bound = rule.caller?.relations !== undefined;
    return { plain, patients: categories?.includes(withPatient) ?? (category === withPatient || bound) };
  }

  /** What a rule asks of the resource. */
  #holds(rule: Json, resource: Json, { patients, undetermined }: About): boolean {
    const covers = this.#covers(rule, resource.resourceType);
    if (!(patients.length > 0 || undetermined ? covers.patients : covers.plain)) return false;
    const relations: readonly string[] | undefined = rule.caller?.relations;
    if (relations !== undefined) {
      const stands = (patient: string) => (this.#scene.facts.relations[patient] ?? []).some((one) => relations.includes(one));
      if (rule.effect === 'permit' && (undetermined || patients.length === 0 || !patients.every(stands))) return false;
      if (rule.effect === 'deny' && !undetermined && !patients.some(stands)) return false;
    }
    const labels = rule.resources?.labels?.any;
    return labels === undefined || carries(labelsIn(resource), labels, rule.effect);
  }

  #objects(patient: string): boolean {
    const { relations, consents } = this.#scene.facts;
    const standing = relations[patient] ?? [];
    if (standing.includes('self')) return false;
    const denying = (consents[patient] ?? []).filter(({ denies }) => denies !== 'nobody');
    return denying.some(({ denies }) => denies === 'everyone' || !standing.includes('guardian'));
  }

  /** SMART: what the token's scopes reach. */
  #inScope(resource: Json, interaction: NaiveInteraction): boolean {
    const { caller } = this.#scene;
    const type = resource.resourceType;
    return caller.scopes.some((text) => {
      if (text === 'openid' || text === 'fhirUser') {
        return interaction === 'read' && caller.kind === 'user' && caller.fhirUser === `${type}/${resource.id}`;
      }
      const [, context, named, actions = '', query] =
        /^(patient|user|system)\/([A-Za-z*]+)\.([cruds]+)(?:\?(.*))?$/.exec(text) ?? [];
      if (context === undefined || (named !== '*' && named !== type) || !actions.includes(letters[interaction])) return false;
      if (context === 'patient') {
        if (
          caller.patient === undefined ||
          naiveTypes[type]!.compartment.length === 0 ||
          !inCompartmentOf(resource, caller.patient)
        )
          return false;
      } else if (context !== caller.kind) return false;
      return query === undefined || granularHolds(resource, query);
    });
  }
}

/** The granular constraints that the harness writes: `status=final`, `category=system|code`. */
function granularHolds(resource: Json, query: string): boolean {
  const [name = '', value = ''] = query.split('=');
  const [system, code] = value.includes('|') ? value.split('|') : [undefined, value];
  return valuesAt(resource, name).some((one) =>
    typeof one === 'string'
      ? system === undefined && one === code
      : (one.coding ?? [one]).some(
          (coding: Json) => coding.code === code && (system === undefined || coding.system === system),
        ),
  );
}

/** Withheld is what any deny names, and what every permit that applies masks. */
function maskOf(type: string, permits: readonly (readonly string[])[], denied: readonly string[]): readonly string[] {
  const masks = permits.map((paths) => pathsOf(type, paths));
  const covered = masks
    .flat()
    .filter((path) => masks.every((mask) => mask.some((one) => path === one || path.startsWith(`${one}.`))));
  return [...new Set([...pathsOf(type, denied), ...covered])];
}

const choices: Readonly<Record<string, readonly string[]>> = {
  value: [
    'valueQuantity',
    'valueString',
    'valueCodeableConcept',
    'valueBoolean',
    'valueInteger',
    'valueRange',
    'valueRatio',
    'valueSampledData',
    'valueTime',
    'valueDateTime',
    'valuePeriod',
  ],
  deceased: ['deceasedBoolean', 'deceasedDateTime'],
  onset: ['onsetDateTime', 'onsetAge', 'onsetPeriod', 'onsetRange', 'onsetString'],
};

function choicesOf(base: string): readonly string[] {
  return (
    choices[base] ??
    ['Boolean', 'CodeableConcept', 'DateTime', 'Period', 'Quantity', 'Reference', 'String'].map((type) => base + type)
  );
}

/** `Observation.value[x]` → `valueQuantity`, …, for one type. */
function pathsOf(type: string, written: readonly string[]): readonly string[] {
  return written
    .filter((text) => text.startsWith(`${type}.`))
    .map((text) => text.slice(type.length + 1))
    .flatMap((path) => (path.endsWith('[x]') ? choicesOf(path.slice(0, -3)) : [path]));
}
