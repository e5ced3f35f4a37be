/**
 * The scopes to grant when `requested` meets `allowed` (SMART App Launch 2.2 §Scope negotiation, R-101): their exact intersection.
 * INVARIANT: never wider than either; an invalid scope is never granted.
 */
import type { ActionSet, ResourceScope, Scope, ScopeParameter, ScopeSet } from './scope.ts';

type Grant = Omit<ResourceScope, 'kind' | 'text' | 'version'>;

/**
 * Granted scope strings, in the order requested, each once. A scope granted as requested keeps its text; version 1 is answered with version
 * 1 where that can say it exactly; constraints of both sides are kept together (all must hold).
 */
export function narrow(requested: ScopeSet, allowed: ScopeSet): string[] {
  const asked = requested.filter(isResource);
  const given = allowed.filter(isResource);
  // Granted as they stand, whichever request they answer: what another request would leave of them says nothing new.
  const whole = new Set(given.filter((scope) => asked.some((one) => contains(one, scope))));
  return [
    ...new Set(
      requested.flatMap((scope) =>
        scope.kind === 'resource' ? narrowResource(scope, given, whole) : narrowOther(scope, allowed),
      ),
    ),
  ];
}

const isResource = (scope: Scope): scope is ResourceScope => scope.kind === 'resource';

function narrowOther(requested: Exclude<Scope, ResourceScope>, allowed: ScopeSet): readonly string[] {
  return allowed.some((scope) => sameOther(requested, scope)) ? [requested.text] : [];
}

function sameOther(one: Exclude<Scope, ResourceScope>, other: Scope): boolean {
  switch (one.kind) {
    case 'launch':
      return other.kind === 'launch' && one.target === other.target && one.role === other.role;
    case 'identity':
    case 'offline':
      return other.kind === one.kind && one.name === other.name;
    case 'custom':
      return other.kind === 'custom' && one.text === other.text;
    case 'invalid':
      return false;
  }
}

function narrowResource(
  requested: ResourceScope,
  allowed: readonly ResourceScope[],
  whole: ReadonlySet<ResourceScope>,
): readonly string[] {
  // First what may be done without a further constraint, so that a long list of constraints costs one look at each.
  const loose = allowed.filter((scope) => reaches(scope, requested));
  const plain = actionsWhere((a) => requested.actions.includes(a) && loose.some(({ actions }) => actions.includes(a)));
  if (plain === requested.actions) return [requested.text];
  const grants = new Map<string, Grant>();
  if (plain !== '') grants.set('', { ...requested, actions: plain });
  for (const scope of allowed) {
    const common = whole.has(scope) && !contains(requested, scope) ? undefined : intersection(requested, scope);
    if (common === undefined || (plain !== '' && contains({ ...requested, actions: plain }, common))) continue;
    const key = `${common.type}?${common.parameters.map(parameterText).sort().join('&')}`;
    const before = grants.get(key);
    grants.set(
      key,
      before === undefined
        ? common
        : { ...before, actions: actionsWhere((a) => before.actions.includes(a) || common.actions.includes(a)) },
    );
  }
  const all = [...grants.values()];
  return all
    .filter((grant) => !all.some((other) => other !== grant && contains(other, grant)))
    .map((grant) => grantText(requested, grant));
}

function intersection(one: ResourceScope, other: ResourceScope): Grant | undefined {
  const type = one.type === '*' ? other.type : other.type === '*' || other.type === one.type ? one.type : undefined;
  const actions = actionsWhere((action) => one.actions.includes(action) && other.actions.includes(action));
  if (one.context !== other.context || type === undefined || actions === '') return undefined;
  const parameters = [...one.parameters, ...other.parameters].filter((parameter, at, all) => !has(all.slice(0, at), parameter));
  return { context: one.context, type, actions, parameters };
}

function contains(outer: Grant, inner: Grant): boolean {
  return reaches(outer, inner) && [...inner.actions].every((action) => outer.actions.includes(action));
}

/** Whether `outer` holds every resource that `inner` does, whatever may be done with it. */
function reaches(outer: Grant, inner: Grant): boolean {
  return (
    outer.context === inner.context &&
    (outer.type === '*' || outer.type === inner.type) &&
    outer.parameters.every((parameter) => has(inner.parameters, parameter))
  );
}

function has(parameters: readonly ScopeParameter[], wanted: ScopeParameter): boolean {
  return parameters.some(
    ({ name, modifier, value }) => name === wanted.name && modifier === wanted.modifier && value === wanted.value,
  );
}

function actionsWhere(test: (action: string) => boolean): ActionSet {
  return [...'cruds'].filter(test).join('');
}

const v1Suffixes: Readonly<Record<ActionSet, string>> = { rs: 'read', cud: 'write', cruds: '*' };

function grantText(requested: ResourceScope, grant: Grant): string {
  if (contains(grant, requested)) return requested.text;
  const query = grant.parameters.map(parameterText).join('&');
  const suffix = (requested.version === 1 && query === '' ? v1Suffixes[grant.actions] : undefined) ?? grant.actions;
  return `${grant.context}/${grant.type}.${suffix}${query === '' ? '' : `?${query}`}`;
}

/** The parameter as it is written in a scope: what a scope token or a query could misread is percent-encoded. */
function parameterText({ name, modifier, value }: ScopeParameter): string {
  const encoded = value.replace(/[^\x21\x23-\x24\x27-\x5b\x5d-\x7e]/gu, encodeURIComponent);
  return `${name}${modifier === undefined ? '' : `:${modifier}`}=${encoded}`;
}
