/**
 * The labels by which one resource is judged: its own and its parts', what the label rules add, and those of the encounter that it belongs to.
 * INVARIANT: an encounter of which nothing is known is as restricted as anything (I6).
 */
import { scan } from '../json/scan.ts';
import { containersOf } from '../label/containers-of.ts';
import { joinedLabels } from '../label/joined-labels.ts';
import { type Labels, noLabels } from '../label/labels.ts';
import { labelsOf } from '../label/labels-of.ts';
import type { Interaction } from '../request/request.ts';
import { veryRestricted } from '../terminology/confidentiality.ts';
import type { Candidate, KnownFacts } from './permit.ts';
import type { LabelProtection } from './protection.ts';

export type LabelsFor = (candidate: Candidate, facts: KnownFacts) => Labels;

/** `isPatientData`: of the type; what is about a patient is patient data whatever its type. */
export function labelling(
  protection: LabelProtection | undefined,
  resourceType: string,
  isPatientData: boolean,
  { interaction, bases }: { readonly interaction: Interaction; readonly bases: readonly string[] },
): LabelsFor {
  if (protection === undefined) return ({ document, node }) => labelsOf(document, node);
  const { rules } = protection;
  const elements = protection.elements?.get(resourceType);
  // A write may name any encounter. It is refused where the writer does not see that one; its labels must not tell more.
  const inherit = protection.inherit && !writes.has(interaction);
  const containers = new WeakMap<KnownFacts, Map<string, Labels>>();
  const labelsIn = (reference: string, facts: KnownFacts): Labels => {
    let known = containers.get(facts);
    if (known === undefined) {
      known = new Map();
      containers.set(facts, known);
    }
    let labels = known.get(reference);
    if (labels === undefined) {
      labels = containerLabels(reference, facts, protection);
      known.set(reference, labels);
    }
    return labels;
  };
  return ({ type, document, node, patients, undetermined, containers: known }, facts) => {
    // What is nobody's record (a definition, a directory) has codes that are not about anybody.
    if (!isPatientData && patients.length === 0 && !undetermined) return labelsOf(document, node);
    let labels = labelsOf(document, node, { rules, type, patients, elements });
    if (inherit)
      for (const reference of known ?? containersOf(document, node, bases))
        labels = joinedLabels(labels, labelsIn(reference, facts));
    return labels;
  };
}

const writes: ReadonlySet<Interaction> = new Set(['create', 'update', 'patch', 'delete']);

const unknown: Labels = Object.freeze({ ...noLabels, confidentiality: veryRestricted });

function containerLabels(reference: string, { containers }: KnownFacts, { rules }: LabelProtection): Labels {
  if (containers?.has(reference) !== true) return unknown;
  const text = containers.get(reference);
  if (text === undefined) return noLabels;
  const document = scan(text);
  return labelsOf(document, document.root, { rules, type: 'Encounter', patients: [] });
}
