/** Purposes of use (v3-ActReason, PurposeOfUse; requirements 3.5). */
import type { Coding } from '../caller.ts';
import { codeTree, v3System, v3SystemUrl } from './codes.ts';

export const purposeSystem = v3SystemUrl('v3-ActReason');

interface Purpose {
  readonly system: string;
  readonly code: string;
}

/**
 * Does a permission for `granted` cover `asked`? By the hierarchy, except that break-the-glass is covered by nothing but itself (D15): TREAT does
 * not permit an override. For denials use `purposeReaches`.
 */
export function purposeSubsumes(granted: Purpose, asked: Purpose): boolean {
  if (isBreakGlass(asked) && granted.code !== 'BTG') return false;
  return purposeReaches(granted, asked);
}

/** Is `code` the same as `ancestor` or below it? A denial of TREAT does reach break-the-glass. */
export function purposeReaches(ancestor: Purpose, code: Purpose): boolean {
  if (v3System(ancestor.system) !== 'v3-ActReason' || v3System(code.system) !== 'v3-ActReason') {
    return ancestor.system === code.system && ancestor.code === code.code;
  }
  return code.code === ancestor.code || (codeTree('purpose').ancestors.get(code.code)?.has(ancestor.code) ?? false);
}

export function isBreakGlass(purpose: Purpose): boolean {
  return v3System(purpose.system) === 'v3-ActReason' && purpose.code === 'BTG';
}

/** A purpose of the HL7 hierarchy. */
export function isPurpose(purpose: Purpose): boolean {
  return v3System(purpose.system) === 'v3-ActReason' && codeTree('purpose').ancestors.has(purpose.code);
}

/**
 * One spelling for a purpose: a Coding, or `system#code` or `system|code` as UDAP and IUA send it; other spellings of the HL7 system become its
 * URL. Undefined when there is no system or no code: a bare code could be anyone's.
 */
export function normalisePurpose(purpose: string | { readonly system?: string; readonly code?: string }): Coding | undefined {
  const { system = '', code = '' } = typeof purpose === 'string' ? splitPurpose(purpose) : purpose;
  if (system === '' || code === '') return undefined;
  return Object.freeze({ system: v3System(system) === 'v3-ActReason' ? purposeSystem : system, code });
}

function splitPurpose(text: string): { readonly system: string; readonly code: string } {
  const cut = Math.max(text.lastIndexOf('#'), text.lastIndexOf('|'));
  return cut === -1 ? { system: '', code: text } : { system: text.slice(0, cut), code: text.slice(cut + 1) };
}
