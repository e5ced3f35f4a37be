/** Obligations and refrains (v3-ActCode ObligationPolicy, RefrainPolicy; requirements 3.4), each sorted. */
import { codeTree } from './codes.ts';

export function obligations(): readonly string[] {
  return [...codeTree('obligation').ancestors.keys()];
}

export function refrains(): readonly string[] {
  return [...codeTree('refrain').ancestors.keys()];
}

/** Is `code` the obligation `ancestor` or a kind of it (ENCRYPTT is ENCRYPT)? */
export function obligationSubsumes(ancestor: string, code: string): boolean {
  return code === ancestor || (codeTree('obligation').ancestors.get(code)?.has(ancestor) ?? false);
}
