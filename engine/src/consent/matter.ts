/** One resource as a consent looks at it; made by `decision`, which alone knows labels and consents. */
import type { JsonDocument, JsonNode } from '../json/scan.ts';

export interface ConsentMatter {
  readonly type: string;
  /** Undefined = about to be created. */
  readonly id: string | undefined;
  readonly document: JsonDocument;
  readonly node: JsonNode;
  readonly labels: MatterLabels;
  /** `Type/id` → what that resource points to, as `Type/id`; undefined as a value = looked for, and not there. */
  readonly pointers: ReadonlyMap<string, readonly string[] | undefined>;
}

export interface MatterLabels {
  /** Rank in U<L<M<N<R<V; -1 when no label says. */
  readonly confidentiality: number;
  readonly sensitivities: readonly string[];
  /** Other labels, HL7 systems in their present spelling. */
  readonly all: readonly { readonly system: string; readonly code: string }[];
}
