/** The generated hierarchies of security codes, unfolded once: for each kind of label its codes, and above each code all its ancestors. */
import { v3Systems, v3Trees } from './generated/v3.ts';

export type CodeKind =
  | 'confidentiality'
  | 'sensitivity'
  | 'integrity'
  | 'compartment'
  | 'obligation'
  | 'refrain'
  | 'mark'
  | 'purpose'
  | 'policy';

export interface CodeTree {
  readonly kind: CodeKind;
  /** Short name of the code system: `v3-ActCode`. */
  readonly system: string;
  /** Every code with itself and everything above it inside the tree. */
  readonly ancestors: ReadonlyMap<string, ReadonlySet<string>>;
}

let unfolded: ReadonlyMap<CodeKind, CodeTree> | undefined;

export function codeTree(kind: CodeKind): CodeTree {
  unfolded ??= new Map(v3Trees.map(([name, system, codes]) => [name as CodeKind, unfold(name as CodeKind, system, codes)]));
  const tree = unfolded.get(kind);
  if (tree === undefined) throw new Error(`no codes of kind ${kind}`);
  return tree;
}

function unfold(kind: CodeKind, system: string, text: string): CodeTree {
  const parents = new Map(
    text.split(' ').map((entry) => {
      const [code = '', ...above] = entry.split(':');
      return [code, above] as const;
    }),
  );
  const ancestors = new Map<string, ReadonlySet<string>>();
  for (const code of parents.keys()) {
    const above = new Set([code]);
    // A set grows while it is walked: this is the transitive closure.
    for (const one of above) for (const parent of parents.get(one) ?? []) above.add(parent);
    ancestors.set(code, above);
  }
  return Object.freeze({ kind, system, ancestors });
}

/** Older pages print the value set as if it were the code system (requirements 3.1). */
const valueSetOfPurposes = 'http://terminology.hl7.org/ValueSet/v3-PurposeOfUse';

const bySpelling: ReadonlyMap<string, string> = new Map([
  [valueSetOfPurposes, 'v3-ActReason'],
  ...v3Systems.flatMap(
    ([name, url, oid]) =>
      [
        [url, name],
        [oid, name],
        [`http://hl7.org/fhir/v3/${name.slice('v3-'.length)}`, name],
      ] as const,
  ),
]);

/** Short name of one of the HL7 v3 systems that labels use, in any spelling that data still has: URL, OID, the URLs before R4. */
export function v3System(system: string): string | undefined {
  return bySpelling.get(system);
}

/** The present URL of each of these systems, by all its spellings. */
export const canonicalV3Systems: ReadonlyMap<string, string> = new Map(
  [...bySpelling].map(([spelled, name]) => [spelled, v3SystemUrl(name)]),
);

/** The present URL of one of these systems in any spelling; undefined for any other system. */
export function canonicalV3(system: string): string | undefined {
  return canonicalV3Systems.get(system);
}

/** The URL of a short name. */
export function v3SystemUrl(name: string): string {
  const found = v3Systems.find(([one]) => one === name);
  if (found === undefined) throw new Error(`no code system ${name}`);
  return found[1];
}
