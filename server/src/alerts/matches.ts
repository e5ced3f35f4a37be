/** Whether a record is one that a rule is about: the part that needs nothing but the record. */
import type { AuditRecord } from '@fireguard/engine';
import type { WatchedRule } from './config.ts';

export function matches({ when }: WatchedRule, record: AuditRecord): boolean {
  const { kind, action, outcome, type, caller, rules } = record;
  return (
    one(when.kinds, kind) &&
    one(when.actions, action) &&
    one(when.outcomes, outcome) &&
    one(when.types, type) &&
    some(when.roles, caller?.roles) &&
    some(
      when.purposes,
      caller?.purposes.map(({ code }) => code),
    ) &&
    some(when.rules, rules)
  );
}

/** Who did it, as the rule counts; undefined where the record does not say. */
export function doerOf(
  { per }: WatchedRule,
  { caller, address }: AuditRecord,
): { readonly id: string; readonly name: string } | undefined {
  switch (per) {
    case 'person':
      return caller?.user === undefined ? undefined : { id: caller.user.id, name: caller.user.name };
    case 'caller':
      return caller?.user === undefined
        ? caller?.client && { id: caller.client.id, name: caller.client.name }
        : { id: caller.user.id, name: caller.user.name };
    case 'client':
      return caller?.client === undefined ? undefined : { id: caller.client.id, name: caller.client.name };
    case 'address':
      return address === undefined ? undefined : { id: address, name: address };
  }
}

const one = (wanted: readonly string[] | undefined, found: string | undefined): boolean =>
  wanted === undefined || (found !== undefined && wanted.includes(found));
const some = (wanted: readonly string[] | undefined, found: readonly string[] | undefined): boolean =>
  wanted === undefined || (found ?? []).some((each) => wanted.includes(each));
