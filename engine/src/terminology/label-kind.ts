/** What kind of label a code is (requirements 3.1). INVARIANT: an unknown code of a protected system is never `other`: it protects something. */
import { type CodeKind, codeTree, v3System } from './codes.ts';

/** `mark`: there to be shown, not to decide (requirements 3.4). `test`: HTEST. */
export type LabelKind =
  | 'confidentiality'
  | 'sensitivity'
  | 'integrity'
  | 'compartment'
  | 'obligation'
  | 'refrain'
  | 'purpose'
  | 'mark'
  | 'policy'
  | 'test'
  | 'other';

const inActCode: readonly CodeKind[] = ['sensitivity', 'compartment', 'obligation', 'refrain', 'mark', 'policy'];

let known: ReadonlyMap<string, CodeKind> | undefined;

/** Codes of v3-ActCode that are labels, by kind; one that is in two trees is of the first. */
function actCodes(): ReadonlyMap<string, CodeKind> {
  known ??= new Map(
    [...inActCode].reverse().flatMap((kind) => [...codeTree(kind).ancestors.keys()].map((code) => [code, kind])),
  );
  return known;
}

export function labelKind(system: string, code: string): LabelKind {
  // R4 prints HTEST as an ActCode, the code system has it under ActReason; both are met.
  switch (v3System(system)) {
    case 'v3-Confidentiality':
      return 'confidentiality';
    case 'v3-ActCode':
      return code === 'HTEST' ? 'test' : (actCodes().get(code) ?? 'sensitivity');
    case 'v3-ActReason':
      return code === 'HTEST' ? 'test' : 'purpose';
    case 'v3-ObservationValue':
      return codeTree('integrity').ancestors.has(code) ? 'integrity' : 'other';
    default:
      return 'other';
  }
}
