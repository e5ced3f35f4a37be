/**
 * FHIR R6 Permission (and R5, where it says the same) → a policy set (requirements 4.2). This folder reads; it must not decide anything, and must not leave
 * anything out: a Permission that is half understood permits too much or denies too little, so what cannot be kept exactly is refused with words.
 */

import { combinings } from '../policy/combining.ts';
import type { Combining, PolicyDocument, PolicyRule } from '../policy/document.ts';
import { type Activity, type Actors, activityOf } from './activity.ts';
import { type Data, dataOf } from './data.ts';
import { limitsOf } from './limit.ts';
import { isMembers, listAt, type Members, onlyKnown, refuseImport, textAt } from './members.ts';

export interface PermissionContext {
  readonly actors: Actors;
  /** Other Permissions, by `Permission/id`, for rules that import them. */
  readonly others: ReadonlyMap<string, unknown>;
}

const known = [
  'resourceType',
  'meta',
  'implicitRules',
  'language',
  'text',
  'contained',
  'identifier',
  'status',
  'asserter',
  'date',
];
const meant = ['validity', 'justification', 'combining', 'rule'];
/** How far imports may lead. */
const DEEPEST = 4;

/** `value`: a parsed Permission. Throws Problem `policy-invalid`. */
export function importPermission(value: unknown, context: PermissionContext): PolicyDocument {
  const permission = permissionOf(value);
  const id = textAt(permission, 'id')!;
  const at = `Permission/${id}`;
  const combining = combiningOf(permission, at);
  const validity = validityOf(permission, combining, at);
  const rules = rulesOf(permission, combining, context, [at]).map((rule, index) => ({
    ...rule,
    ...(validity === undefined ? {} : { environment: { period: validity } }),
    id: `${nameOf(id)}-${index + 1}`,
  }));
  if (rules.length === 0) refuseImport(at, 'has no rules');
  return { policySet: nameOf(id), version: 1, combining, rules };
}

function permissionOf(value: unknown): Members {
  if (!isMembers(value) || value['resourceType'] !== 'Permission') refuseImport('the file', 'holds no Permission');
  const id = textAt(value, 'id');
  if (id === undefined) refuseImport('Permission', 'has no id, by which its rules would be named');
  const at = `Permission/${id}`;
  onlyKnown(value, [...known, ...meant], at);
  if (value['implicitRules'] !== undefined) refuseImport(`${at}.implicitRules`, 'may change what everything means');
  if (value['status'] !== 'active')
    refuseImport(`${at}.status`, `is ${String(value['status'])}; only an active one has an effect`);
  return value;
}

function combiningOf(permission: Members, at: string): Combining {
  const combining = combinings.find((one) => one === permission['combining']);
  return combining ?? refuseImport(`${at}.combining`, `must be one of ${combinings.join(', ')}`);
}

/** Outside it, the whole does not apply. */
function validityOf(permission: Members, combining: Combining, at: string): { start?: string; end?: string } | undefined {
  const [validity] = listAt(permission, 'validity', at);
  if (validity === undefined) return undefined;
  if (combining === 'deny-unless-permit' || combining === 'permit-unless-deny')
    refuseImport(`${at}.validity`, `outside it nothing is said, but ${combining} always says something`);
  const [start, end] = [textAt(validity, 'start'), textAt(validity, 'end')];
  return {
    ...(start === undefined ? {} : { start: moment(start, false) }),
    ...(end === undefined ? {} : { end: moment(end, true) }),
  };
}

/** A date stands for its whole day (datatypes.html#Period), here in UTC. */
function moment(text: string, isEnd: boolean): string {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const time = Date.parse(day ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(time)) refuseImport('validity', `${text} is no moment`);
  // The end belongs to a FHIR period: of a day, the last of it; of a moment, its second.
  const end = isEnd ? (day ? 24 * 3600_000 : 1000) : 0;
  return new Date(time + end).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function rulesOf(
  permission: Members,
  combining: Combining,
  context: PermissionContext,
  path: readonly string[],
): readonly PolicyRule[] {
  const at = path.at(-1)!;
  return listAt(permission, 'rule', at).flatMap((rule, index) =>
    ruleOf(rule, combining, context, path, `${at}.rule[${index}]`),
  );
}

function ruleOf(
  rule: Members,
  combining: Combining,
  context: PermissionContext,
  path: readonly string[],
  at: string,
): readonly PolicyRule[] {
  onlyKnown(rule, ['import', 'type', 'data', 'activity', 'limit'], at);
  if (rule['import'] !== undefined) return imported(rule, combining, context, path, at);
  const effect = rule['type'];
  if (effect !== 'permit' && effect !== 'deny') refuseImport(`${at}.type`, 'must be permit or deny');
  const data = listAt(rule, 'data', at).map((one, index) => dataOf(one, `${at}.data[${index}]`));
  const activities = listAt(rule, 'activity', at).map((one, index) =>
    activityOf(one, context.actors, `${at}.activity[${index}]`),
  );
  const cleared = data.flatMap(({ clears }) => (Array.isArray(clears?.sensitivities) ? clears.sensitivities : []));
  const limits = limitsOf(listAt(rule, 'limit', at), cleared, `${at}.limit`);
  if (effect === 'deny' && Object.keys(limits).length > 0) refuseImport(`${at}.limit`, 'a deny has no limits');
  return (data.length === 0 ? [nothing] : data).flatMap((one) =>
    (activities.length === 0 ? [anything] : activities).map((activity) => ({
      ...written(effect, one, activity, at),
      ...limits,
    })),
  );
}

const nothing: Data = { resources: {}, clears: undefined };
const anything: Activity = { caller: undefined, interactions: { group: ['C', 'R', 'U', 'D', 'E'] } };
const everyCategory = { categories: ['anonymous', 'business', 'individual', 'patient', 'not-classified'] } as const;

function written(
  effect: 'permit' | 'deny',
  { resources, clears }: Data,
  { caller, interactions }: Activity,
  at: string,
): PolicyRule {
  const about = effect === 'permit' && resources.types === undefined ? { ...everyCategory, ...resources } : resources;
  return {
    id: 'named-later',
    description: `What ${at} ${effect === 'permit' ? 'permits' : 'denies'}.`,
    effect,
    ...(caller === undefined ? {} : { caller }),
    interactions,
    ...(Object.keys(about).length === 0 ? {} : { resources: about }),
    ...(effect === 'permit' && clears !== undefined ? { clears } : {}),
  };
}

/**
 * prm-1: a rule that imports says nothing else. The other's rules stand in its place; that is exact only where they all have one effect, since then the
 * other's own algorithm has nothing to choose.
 */
function imported(
  rule: Members,
  combining: Combining,
  context: PermissionContext,
  path: readonly string[],
  at: string,
): readonly PolicyRule[] {
  for (const key of ['type', 'data', 'activity'])
    if (rule[key] !== undefined) refuseImport(`${at}.${key}`, 'beside import nothing else is said (prm-1)');
  const limits = limitsOf(listAt(rule, 'limit', at), [], `${at}.limit`);
  const [{ reference } = {}] = listAt(rule, 'import', at) as readonly { readonly reference?: unknown }[];
  if (typeof reference !== 'string') refuseImport(`${at}.import`, 'names nothing by a reference');
  if (path.includes(reference) || path.length > DEEPEST)
    refuseImport(`${at}.import`, `${reference} leads back here, or too far`);
  const other = context.others.get(reference);
  if (other === undefined) refuseImport(`${at}.import`, `${reference} is not among the files given`);
  const permission = permissionOf(other);
  const theirs = combiningOf(permission, reference);
  if (theirs === 'deny-unless-permit' || theirs === 'permit-unless-deny' || permission['validity'] !== undefined)
    refuseImport(
      `${at}.import`,
      `${reference} says more than its rules (${theirs}, validity), which cannot be kept inside another`,
    );
  const rules = rulesOf(permission, combining, context, [...path, reference]);
  if (new Set(rules.map(({ effect }) => effect)).size > 1)
    refuseImport(`${at}.import`, `${reference} both permits and denies; its own algorithm cannot be kept inside another`);
  if (Object.keys(limits).length > 0 && rules.some(({ effect }) => effect === 'deny'))
    refuseImport(`${at}.limit`, `${reference} denies, and a deny has no limits`);
  return rules.map((one) => ({ ...one, ...limits }));
}

function nameOf(id: string): string {
  return `permission-${id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}`;
}
