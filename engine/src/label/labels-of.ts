/**
 * FHIR R4 security-labels.html, DS4P inline labels: reads the labels of a resource and of everything inside it. The whole counts as labelled
 * with what any part carries (R-204, hardening 77 and 114), until parts can be released on their own.
 */
import { type JsonDocument, type JsonNode, NONE, name, names } from '../json/scan.ts';
import { ElementLabelCollector, elementAmong, labelledPath } from './inline-labels.ts';
import { type About, type FoundRules, rulesThatHold, withWording, wordings } from './label-by-rules.ts';
import { LabelCollector } from './label-collector.ts';
import type { CompiledLabelRules } from './label-rules.ts';
import { type Labels, noLabels } from './labels.ts';

const META = name('meta');
const SECURITY = name('security');
/** DocumentReference, AuditEvent.entity, Contract.term: labels of what they describe. */
const SECURITY_LABEL = name('securityLabel');
/** In a Consent, `provision.securityLabel` is a criterion, not a label. */
const PROVISION = name('provision');
const URL = name('url');
const INLINE_LABEL = name('http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label');

const labelNames = names([SECURITY, SECURITY_LABEL, URL]);
const readNames = names([SECURITY, SECURITY_LABEL, URL, ...wordings]);

/** Label rules, and whose record it is. */
export interface Labelling extends About {
  readonly rules: CompiledLabelRules;
  /** Elements of the type whose inline labels hide them alone. */
  readonly elements?: readonly string[] | undefined;
}

/**
 * `node`: a resource. Walks all values below it in document order, which is one loop: the tape holds a value's descendants right behind it.
 * `labelling`: with it, what the label rules add counts too.
 */
export function labelsOf(document: JsonDocument, node: JsonNode, labelling?: Labelling): Labels {
  let collector: LabelCollector | undefined;
  let single: ElementLabelCollector | undefined;
  let worded: FoundRules;
  const named = labelling?.elements;
  const wanted = labelling === undefined ? labelNames : readNames;
  const end = document.after(node);
  for (let at = document.nextNamed(node + 1, end, wanted); at < end; at = document.nextNamed(at + 1, end, wanted)) {
    const hash = document.keyHash(at);
    if (labelling !== undefined && hash !== SECURITY.hash && hash !== SECURITY_LABEL.hash && hash !== URL.hash) {
      worded = withWording(labelling.rules, document, at, worded);
      continue;
    }
    const found = labelNode(document, at);
    if (found === NONE) continue;
    const element =
      named === undefined || !document.keyIs(at, URL) ? undefined : elementAmong(named, labelledPath(document, found, node));
    if (element !== undefined) {
      single ??= new ElementLabelCollector(document, labelling?.rules.meanings);
      single.add(element, found);
      continue;
    }
    collector ??= new LabelCollector(document, labelling?.rules.meanings);
    collector.add(found);
  }
  if (labelling === undefined) return collector === undefined ? noLabels : collector.labels();
  const { rules } = labelling;
  const holding = rulesThatHold(rules, document, node, labelling, worded);
  if (collector === undefined && holding.length === 0 && single === undefined) return labelsOfTheRest(document, rules);
  collector ??= new LabelCollector(document, rules.meanings);
  for (const { labels } of holding) for (const { system, code } of labels) collector.addCode(system, code);
  collector.settle(rules.defaultRank, rules.veryRestricted);
  const labels = collector.labels();
  return single === undefined ? labels : Object.freeze({ ...labels, elements: single.labels(rules) });
}

const unlabelled = new WeakMap<CompiledLabelRules, Labels>();

/** Of what carries no label and of which no rule speaks, as most of what there is: the same value each time. */
function labelsOfTheRest(document: JsonDocument, rules: CompiledLabelRules): Labels {
  let labels = unlabelled.get(rules);
  if (labels === undefined) {
    const collector = new LabelCollector(document, rules.meanings);
    collector.settle(rules.defaultRank, rules.veryRestricted);
    labels = collector.labels();
    unlabelled.set(rules, labels);
  }
  return labels;
}

/** The value that holds labels, when `at` is the member that says so; otherwise NONE. */
function labelNode(document: JsonDocument, at: JsonNode): JsonNode {
  if (document.keyIs(at, SECURITY)) return document.keyIs(document.parent(at), META) ? at : NONE;
  if (document.keyIs(at, SECURITY_LABEL)) return isCriterion(document, at) ? NONE : at;
  if (document.keyIs(at, URL) && document.stringIs(at, INLINE_LABEL)) return document.parent(at);
  return NONE;
}

/** `provision` is a list, so its items stand between. */
function isCriterion(document: JsonDocument, at: JsonNode): boolean {
  const holder = document.parent(at);
  return document.keyIs(holder, PROVISION) || document.keyIs(document.parent(holder), PROVISION);
}
