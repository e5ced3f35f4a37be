/** Labels of two things that are seen together: the higher confidentiality, and all of the rest (high-water mark). */
import { type Labels, noLabels } from './labels.ts';

export function joinedLabels(one: Labels, other: Labels): Labels {
  if (other === noLabels) return one;
  if (one === noLabels) return other;
  const all = new Map([...one.all, ...other.all].map((label) => [`${label.system}|${label.code}`, label] as const));
  return Object.freeze({
    confidentiality: Math.max(one.confidentiality, other.confidentiality),
    sensitivities: Object.freeze([...new Set([...one.sensitivities, ...other.sensitivities])]),
    other: Object.freeze([...new Set([...one.other, ...other.other])]),
    all: Object.freeze([...all.values()]),
    elements: one.elements,
  });
}
