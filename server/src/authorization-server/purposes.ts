/**
 * Purposes of use at token time: `purpose_of_use`, codes of v3-ActReason separated by spaces, each alone or with its system (`system|code`,
 * `system#code`). INVARIANT: a token has no purpose that its person's or service's roles do not allow; and break-the-glass only through a glass
 * that its person broke (`steps/glass.ts`), since no role may name it.
 */
import { isPurpose, normalisePurpose, purposeSystem } from '@fireguard/engine';
import { errors } from 'oidc-provider';

export interface PurposeRules {
  /** What callers with a role have where nothing is asked; they may ask for it too. */
  readonly byRole: Readonly<Record<string, string>>;
  /** What else they may ask for. */
  readonly mayAsk: Readonly<Record<string, readonly string[]>>;
}

const MOST = 5;

/** The codes, each once. Throws invalid_request for what is no purpose. */
export function askedPurposes(asked: unknown): readonly string[] {
  if (asked === undefined) return [];
  if (typeof asked !== 'string') throw new errors.InvalidRequest('purpose_of_use must not be provided twice');
  const words = asked.split(' ').filter((word) => word !== '');
  if (words.length > MOST) throw new errors.InvalidRequest(`at most ${MOST} purposes of use`);
  return [...new Set(words.map(codeOf))];
}

function codeOf(word: string): string {
  const purpose = normalisePurpose(/[|#]/.test(word) ? word : { system: purposeSystem, code: word });
  if (purpose === undefined || !isPurpose(purpose))
    throw new errors.InvalidRequest('purpose_of_use holds what is no purpose of use of v3-ActReason');
  return purpose.code;
}

/** Of these codes, those that somebody with these roles may name. */
export function allowedPurposes(rules: PurposeRules, roles: readonly string[], codes: readonly string[]): readonly string[] {
  const allowed = new Set(roles.flatMap((role) => [rules.byRole[role], ...(rules.mayAsk[role] ?? [])]));
  return codes.filter((code) => allowed.has(code));
}

/** Whoever asks for this declares an emergency. */
export const BREAK_THE_GLASS = 'BTG';

/** As tokens and introspection name a purpose. */
export const purposeText = (code: string): string => `${purposeSystem}#${code}`;
