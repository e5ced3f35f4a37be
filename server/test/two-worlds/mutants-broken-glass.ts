/** Engines in which a broken glass opens too much, or tells too much; a hint of what stood before the page is held by a kept case, since it is met too seldom. */
import type { Mutant } from './mutants.ts';

const of = (id: string, file: string, find: string, replace: string): Mutant => ({ id, file, find, replace });

export const brokenGlassMutants: readonly Mutant[] = [
  of(
    'glass-that-never-ends',
    'decision/standing.ts',
    ' && override.patient === patient && override.expiresAt > now;',
    ' && override.patient === patient;',
  ),
  of(
    'glass-for-everybody',
    'decision/standing.ts',
    'override.patient === patient && override.expiresAt > now;',
    'override.expiresAt > now;',
  ),
  of(
    'glass-by-a-fact',
    'decision/standing.ts',
    '(relationBits(facts.relations.get(patient) ?? []) & ~OVERRIDE)',
    '(relationBits(facts.relations.get(patient) ?? []))',
  ),
  of(
    'glass-lifts-every-deny',
    'decision/residual.ts',
    'return rule.overridable && this.#standsToAll(OVERRIDE, matter);',
    'return this.#standsToAll(OVERRIDE, matter);',
  ),
  of(
    'glass-for-one-of-several',
    'decision/residual.ts',
    'return rule.overridable && this.#standsToAll(OVERRIDE, matter);',
    'return rule.overridable && this.#standsToAny(OVERRIDE, matter);',
  ),
  of(
    'glass-lifts-no-consent',
    'decision/standing.ts',
    '(overrides && effect.overridable)) return undefined;',
    '(overrides && false)) return undefined;',
  ),
  of(
    'treatment-breaks-the-glass',
    'terminology/purpose.ts',
    "if (isBreakGlass(asked) && granted.code !== 'BTG') return false;",
    '',
  ),
  of(
    'hint-for-whoever-asks',
    'decision/decide.ts',
    "caller.kind === 'user' && permits.some(({ rule }) => (rule.relations & OVERRIDE) !== 0);",
    'permits.length > 0;',
  ),
  of(
    'hint-for-services',
    'decision/decide.ts',
    "return caller.kind === 'user' && permits.some(({ rule }) => (rule.relations & OVERRIDE)",
    'return permits.some(({ rule }) => (rule.relations & OVERRIDE)',
  ),
  of(
    'hint-that-does-not-help',
    'decision/residual.ts',
    "return opened.judge(candidate, facts).effect === 'permit';",
    'return true;',
  ),
  of(
    'hint-of-several-patients',
    'decision/residual.ts',
    'patient === undefined || others.length > 0 || candidate.undetermined',
    'patient === undefined || candidate.undetermined',
  ),
  of('no-hint-at-all', 'enforcement/read-matches.ts', 'book.wouldOpen ||= judged.wouldOpen;', ''),
];
