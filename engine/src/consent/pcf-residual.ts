/**
 * IHE PCF vol. 3 §3.71: what a patient's consents leave to be enforced by a server that is told of them at token time (`extensions.ihe_pcf`). Rules stand from
 * the general to the particular with denials last, and the last that matches decides. INVARIANT: what the form cannot say is forbidden, so that a
 * server that follows it never shows what we would not.
 */
import type { ConsentContext } from './consent-effect.ts';
import { implicitProvision } from './implicit-policy.ts';
import { isMembers } from './members.ts';
import { type Prepared, prepare } from './outcomes.ts';
import { readConsent } from './read-consent.ts';

export interface PcfResidual {
  readonly type: 'forbid' | 'permit';
  readonly securityLabel?: readonly unknown[];
  readonly dataPeriod?: unknown;
  readonly data?: readonly { readonly meaning: string; readonly reference: unknown }[];
}

export interface PcfClaims {
  /** Absolute URL of the Patient. */
  readonly patient_id: string;
  /** Absolute URLs of the Consents. */
  readonly doc_id: readonly string[];
  readonly residual?: readonly PcfResidual[];
}

/** `deny`: no token is to be given. `claims` undefined: no consent says anything. */
export type PcfAnswer = { readonly kind: 'deny' } | { readonly kind: 'permit'; readonly claims: PcfClaims | undefined };

const deny: PcfAnswer = Object.freeze({ kind: 'deny' });

/** `texts`: the patient's Consents. `base`: of the FHIR server that enforces, no slash at its end. */
export function pcfClaims(texts: readonly Uint8Array[], context: ConsentContext, base: string): PcfAnswer {
  const voices: { readonly consent: string | undefined; readonly rules: readonly PcfResidual[] }[] = [];
  let agreed = false;
  for (const text of texts) {
    const read = readConsent(text, context);
    if (read.kind === 'unreadable') return deny;
    if (read.kind === 'none') continue;
    const roots = read.directive.readings.flatMap((one) => prepare(one, context) ?? []);
    // Of two readings, one cannot be told to another server.
    if (roots.length > 1) return deny;
    const [root] = roots;
    if (root === undefined) continue;
    voices.push({ consent: read.directive.consent, rules: rulesOf(root) });
    agreed ||= root.caller === 'yes' && agrees(root) && (read.directive.verified || !context.rules.verified);
  }
  // Where nothing is shared without a consent, one that may agree does not.
  if (!agreed) {
    const implicit = implicitAnswer(context);
    if (implicit.kind === 'deny' || voices.length === 0) return implicit;
  }
  const residual = together(voices.map(({ rules }) => rules));
  if (residual === undefined || forbidsAll(residual)) return deny;
  const claims: PcfClaims = {
    patient_id: `${base}/Patient/${context.patient}`,
    doc_id: voices.flatMap(({ consent }) => (consent === undefined ? [] : [`${base}/${consent}`])),
    ...(residual.length === 0 ? {} : { residual }),
  };
  return { kind: 'permit', claims };
}

function implicitAnswer(context: ConsentContext): PcfAnswer {
  const { implicit } = context.rules;
  if (implicit === 'policy') return { kind: 'permit', claims: undefined };
  const root = prepare(implicitProvision(implicit), context);
  return root === undefined || forbidsAll(rulesOf(root, true)) ? deny : { kind: 'permit', claims: undefined };
}

function agrees({ effect, exceptions }: Prepared): boolean {
  return effect === 'permit' || exceptions.some((one) => one.caller === 'yes' && one.effect === 'permit');
}

/** `certain`: a permit that only may address the caller is none (implicit policies). */
function rulesOf(root: Prepared, certain = false): readonly PcfResidual[] {
  const rules: PcfResidual[] = [];
  const within = constraintsOf(root);
  if (root.effect === 'deny') rules.push({ type: 'forbid', ...within });
  else if (certain && root.caller !== 'yes') rules.push({ type: 'forbid' });
  else if (root.data.length > 0 || root.focused) {
    rules.push({ type: 'forbid' });
    if (within !== undefined && !root.focused) rules.push({ type: 'permit', ...within });
  }
  for (const one of root.exceptions) {
    const constraints = constraintsOf(one);
    // An exception that may mean somebody else, or something that cannot be said, permits nothing.
    if (one.effect === 'permit' && one.caller === 'yes' && constraints !== undefined && !one.focused)
      rules.push({ type: 'permit', ...constraints }, ...deniesIn(one, constraints));
  }
  for (const one of root.exceptions) if (one.effect === 'deny') rules.push({ type: 'forbid', ...constraintsOf(one) });
  return rules;
}

/** Denials inside a permit narrow it; permits inside a denial cannot be told, and stay forbidden. */
function deniesIn({ exceptions }: Prepared, outer: Constraints): readonly PcfResidual[] {
  return exceptions
    .filter(({ effect }) => effect === 'deny')
    .map((one) => {
      const inner = constraintsOf(one);
      const apart = inner !== undefined && Object.keys(inner).every((key) => !Object.hasOwn(outer, key));
      return { type: 'forbid', ...outer, ...(apart ? inner : {}) };
    });
}

type Constraints = Omit<PcfResidual, 'type'>;

/** Undefined when there is a condition that the form does not have. */
function constraintsOf({ data }: Prepared): Constraints | undefined {
  const found: { securityLabel?: readonly unknown[]; dataPeriod?: unknown; data?: NonNullable<PcfResidual['data']> } = {};
  for (const { element, values } of data) {
    switch (element) {
      case 'securityLabel':
        found.securityLabel = values;
        break;
      case 'dataPeriod':
        found.dataPeriod = values[0];
        break;
      case 'data':
        if (!values.every(isDataRule)) return undefined;
        found.data = values.map(({ meaning, reference }) => ({ meaning, reference }));
        break;
      case 'class':
      case 'code':
      case 'unknown':
        return undefined;
    }
  }
  return found;
}

function isDataRule(value: unknown): value is { readonly meaning: string; readonly reference: unknown } {
  return isMembers(value) && typeof value['meaning'] === 'string' && isMembers(value['reference']);
}

/** A denial of any consent holds: behind the rules of one that permits stand only denials of the others. */
function together(voices: readonly (readonly PcfResidual[])[]): readonly PcfResidual[] | undefined {
  const permitting = voices.filter((rules) => rules.some((rule) => rule.type === 'permit'));
  if (permitting.length > 1) return undefined;
  return [...permitting.flat(), ...voices.filter((rules) => !permitting.includes(rules)).flat()];
}

function forbidsAll(rules: readonly PcfResidual[]): boolean {
  const last = rules.findLastIndex((rule) => rule.type === 'forbid' && Object.keys(rule).length === 1);
  return last !== -1 && !rules.slice(last + 1).some((rule) => rule.type === 'permit');
}
