/** The codes that a terminology operation was given: as `code` and `system`, as a Coding, or as a CodeableConcept. */
import { isPlain, type Plain, plainsOf, textOf } from '../concept/plain.ts';
import type { OperationInput } from '../operation/operation-input.ts';
import { Problem } from '../problem.ts';

export interface AskedCode {
  readonly system: string;
  readonly version: string | undefined;
  readonly code: string;
  readonly display: string | undefined;
}

export interface CodeNames {
  readonly code: string;
  readonly coding: string;
  readonly concept: string | undefined;
}

/** At least one. `system`: what the place says where the code does not. Throws Problem `parameter-invalid`. */
export function askedCodes(input: OperationInput, names: CodeNames, system: string | undefined): readonly AskedCode[] {
  const code = input.one(names.code);
  const coding = input.coded(names.coding);
  const concept = names.concept === undefined ? undefined : input.coded(names.concept);
  const given = [code, coding, concept].filter((one) => one !== undefined);
  if (given.length !== 1) throw invalid();
  if (code !== undefined) return [complete({ code, display: input.one('display') }, system)];
  if (isPlain(coding)) return [complete(partsOf(coding), system)];
  const codings = isPlain(concept) ? plainsOf(concept, 'coding') : [];
  if (codings.length === 0) throw invalid();
  return codings.map((one) => complete(partsOf(one), system));
}

type Parts = { readonly [Name in keyof AskedCode]?: string | undefined };

function partsOf(coding: Plain): Parts {
  return {
    system: textOf(coding, 'system'),
    version: textOf(coding, 'version'),
    code: textOf(coding, 'code'),
    display: textOf(coding, 'display'),
  };
}

function complete(parts: Parts, system: string | undefined): AskedCode {
  const known = parts.system ?? system;
  if (known === undefined || parts.code === undefined) throw invalid();
  return { system: known, version: parts.version, code: parts.code, display: parts.display };
}

function invalid(): Problem {
  return new Problem('parameter-invalid', 'Give one code with its system, one Coding, or one CodeableConcept.');
}
