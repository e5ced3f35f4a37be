/**
 * What changes for whom between two policies: case by case, and in what each role may ask for at all. The second is known from roles and types alone, so it
 * finds what no case speaks of; what depends on the resource only cases show.
 */
import {
  type Callers,
  type CaseBook,
  type CompiledPolicies,
  caseSentence,
  decide,
  decideCase,
  type FhirTables,
  parseScopes,
  type WorldOf,
} from '@fireguard/engine';
import { wordsOf } from './run-cases.ts';

export interface ChangedCase {
  readonly book: string;
  readonly case: string;
  readonly caller: string;
  readonly before: string;
  readonly after: string;
  /** Why it is so afterwards. */
  readonly sentence: string;
}

export function changedCases(book: CaseBook, callers: Callers, before: WorldOf, after: WorldOf): readonly ChangedCase[] {
  const known = { ...callers, ...book.callers };
  return book.cases.flatMap((one) => {
    const [old, fresh] = [decideCase(one, known, before), decideCase(one, known, after)];
    const [was, is] = [inWords(old.result), inWords(fresh.result)];
    if (was === is) return [];
    const sentence = caseSentence(one, wordsOf(one, known), fresh.explanation);
    return [{ book: book.title, case: one.case, caller: one.caller, before: was, after: is, sentence }];
  });
}

function inWords({ expect, mask, obligations }: ReturnType<typeof decideCase>['result']): string {
  if (expect !== 'permit') return 'closed';
  const without = mask === undefined || mask.length === 0 ? '' : ` without ${mask.join(', ')}`;
  return `open${without}${obligations === undefined || obligations.length === 0 ? '' : ` with ${obligations.join(', ')}`}`;
}

export interface ChangedReach {
  readonly role: string;
  readonly interaction: string;
  readonly change: 'opened' | 'closed';
  readonly types: readonly string[];
}

const interactions = ['read', 'vread', 'search', 'history-instance', 'create', 'update', 'patch', 'delete'] as const;

/** Per role (and for services): the types that became, or ceased to be, open under some condition. */
export function changedReach(before: CompiledPolicies, after: CompiledPolicies, tables: FhirTables): readonly ChangedReach[] {
  const roles = new Set([...before.rules, ...after.rules].flatMap((rule) => [...(rule.roles ?? [])]));
  const types = [...tables.types.values()].filter(({ category }) => category !== 'none').map(({ name }) => name);
  return [...roles].sort().flatMap((role) =>
    interactions.flatMap((interaction) => {
      const [was, is] = [before, after].map(
        (policies) => new Set(types.filter((type) => mayAsk(policies, role, interaction, type, tables))),
      );
      const change = (kind: ChangedReach['change'], changed: readonly string[]) =>
        changed.length === 0 ? [] : [{ role, interaction, change: kind, types: changed }];
      return [
        ...change(
          'opened',
          types.filter((type) => is!.has(type) && !was!.has(type)),
        ),
        ...change(
          'closed',
          types.filter((type) => was!.has(type) && !is!.has(type)),
        ),
      ];
    }),
  );
}

const MINUTE = 60_000;

function mayAsk(
  policies: CompiledPolicies,
  role: string,
  interaction: (typeof interactions)[number],
  type: string,
  tables: FhirTables,
): boolean {
  const now = Date.now();
  const caller = (kind: 'user' | 'system') =>
    ({
      kind,
      client: { id: 'trial', name: 'trial' },
      user: kind === 'user' ? { id: 'trial', name: 'trial', fhirUser: 'Practitioner/trial' } : undefined,
      roles: [role],
      scopes: parseScopes(`${kind}/*.cruds`),
      patient: undefined,
      purposes: [],
      token: { id: 'trial', issuer: 'trial', expiresAt: now + MINUTE },
      address: '127.0.0.1',
    }) as const;
  const bases = { ours: 'https://gateway.example/fhir', upstream: 'http://upstream.example/fhir' };
  return (['user', 'system'] as const).some(
    (kind) => decide({ caller: caller(kind), interaction, type, policies, tables, bases, now }).kind === 'permit',
  );
}
