/**
 * What a write must do, in the words of search-semantics §9: the old and the new state are both the writer's, what could be masked is neither named
 * nor lost, labels and patients stay. On plain JSON; nothing is taken from the engine.
 */
import { copy, type Json, same, valuesAt } from '../json.ts';
import { ourBase, upstreamBase } from '../scenario.ts';
import type { NaiveDecider } from './decider.ts';
import { labelSet } from './labels.ts';
import { withoutDuties, withoutPaths } from './mask.ts';
import { patched } from './patch.ts';

export interface NaiveWrite {
  readonly kind: 'create' | 'update' | 'patch' | 'delete';
  readonly type: string;
  /** Undefined: the server's to choose. */
  readonly id?: string;
  readonly body?: Json;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

export type Expected =
  | { readonly may: true; readonly stored: Json | null }
  /** `absent`: as if the resource were not there. */
  | { readonly may: false; readonly because: string; readonly absent?: true };

const no = (because: string): Expected => ({ may: false, because });
const absent: Expected = { may: false, because: 'not there', absent: true };

/** `current`: what there is, by `Type/id`. */
export function expectedWrite(decider: NaiveDecider, write: NaiveWrite, current: ReadonlyMap<string, Json>): Expected {
  const { kind, type } = write;
  const stored = write.id === undefined ? undefined : current.get(`${type}/${write.id}`);
  if (!decider.isOpen(type, kind)) return no('the type is closed');
  if (kind === 'create') return created(decider, write, current);
  if (!decider.isOpen(type, 'read')) return no('the type may not be read');
  const closed = [...new Set([...decider.maskable(type, kind), ...decider.maskable(type, 'read')])];
  if (kind === 'update' && namesClosed(write.body, closed)) return no('it names what could be masked');
  if (kind === 'update' && isSubsetted(write.body)) return no('it is a partial view');
  if (kind === 'patch' && patchNamesClosed(write.body, closed)) return no('the patch names what could be masked');
  const seen = stored === undefined ? undefined : decider.sees(stored, 'read');
  if (seen === undefined && stored === undefined && kind === 'update' && decider.seesAll(type, 'read'))
    return putCreated(decider, write, current);
  if (seen === 'announced' || seen === 'openable') return no('it is hidden, which may be told');
  if (typeof seen !== 'object') return absent;
  if (kind === 'delete') {
    if (typeof decider.sees(stored, kind) !== 'object') return no('it is not to be deleted');
    return isExpected(write, stored) ? { may: true, stored: null } : no('another version');
  }
  const inside = seen.mask.filter((path) => path.startsWith('contained:'));
  if (kind === 'patch' && patchNamesClosed(write.body, inside)) return no('the patch names what is contained and masked');
  if (kind === 'update' && Object.keys(write.body).some((key) => !(key in stored) && besideHidden(key, closed)))
    return no('another form of what could be hidden');
  const fresh =
    kind === 'update'
      ? mergedBack(withoutDuties(toUpstream(write.body), seen.duties, stored), stored, [...closed, ...inside])
      : patched(stored, toUpstream(write.body));
  if (fresh === undefined) return no('it cannot be applied to what is seen');
  const later = decider.ofWriting(fresh, stored, current);
  if (typeof decider.sees(stored, kind) !== 'object') return no('the old state is not to be changed');
  if (typeof later.sees(fresh, kind) !== 'object') return no('the new state is not permitted');
  const mayLabel = decider.mayLabel(stored, kind) && later.mayLabel(fresh, kind);
  if (!mayLabel && !same(labelSet(stored), labelSet(fresh))) return no('labels');
  if (!same(decider.patients(stored), later.patients(fresh))) return no('patients');
  if (decider.pointsUnseen(fresh, stored, current)) return no('it points to an encounter that is not seen');
  const after = later.sees(fresh, 'read');
  if (typeof after === 'object' && seen.mask.some((path) => !after.mask.includes(path))) return no('it would unmask');
  return isExpected(write, stored) ? { may: true, stored: fresh } : no('another version');
}

function created(decider: NaiveDecider, { type, body }: NaiveWrite, current: ReadonlyMap<string, Json>): Expected {
  const readable = decider.isOpen(type, 'read') ? decider.maskable(type, 'read') : [];
  if (namesClosed(body, [...decider.maskable(type, 'create'), ...readable])) return no('it names what could be masked');
  if (isSubsetted(body)) return no('it is a partial view');
  const { id: _, ...rest } = toUpstream(body);
  const fresh = { ...rest, id: 'nobody-yet' };
  const judge = decider.ofWriting(fresh, undefined, current);
  if (typeof judge.sees(fresh, 'create') !== 'object') return no('it is not permitted');
  if (labelSet(fresh).length > 0 && !judge.mayLabel(fresh, 'create')) return no('labels');
  if (decider.pointsUnseen(fresh, undefined, current)) return no('it points to an encounter that is not seen');
  return { may: true, stored: rest };
}

/** To an id that is free for certain. */
function putCreated(decider: NaiveDecider, write: NaiveWrite, current: ReadonlyMap<string, Json>): Expected {
  const { type, body, id, ifMatch } = write;
  if (!decider.isOpen(type, 'create')) return no('nothing of the type may be created');
  if (namesClosed(body, decider.maskable(type, 'create'))) return no('it names what could be masked');
  if (ifMatch !== undefined) return no('another version');
  const fresh = toUpstream({ ...body, id });
  const judge = decider.ofWriting(fresh, undefined, current);
  if (typeof judge.sees(fresh, 'create') !== 'object') return no('it is not permitted');
  if (labelSet(fresh).length > 0 && !judge.mayLabel(fresh, 'create')) return no('labels');
  if (decider.pointsUnseen(fresh, undefined, current)) return no('it points to an encounter that is not seen');
  return { may: true, stored: fresh };
}

function isSubsetted(body: Json): boolean {
  return [...(body.meta?.tag ?? []), ...(body.meta?.security ?? [])].some(({ code }: Json) => code === 'SUBSETTED');
}

function isExpected({ ifMatch, ifNoneMatch }: NaiveWrite, stored: Json): boolean {
  const version = `W/"${stored.meta.versionId}"`;
  return ifNoneMatch !== '*' && ifNoneMatch !== version && (ifMatch === undefined || ifMatch === version);
}

function repeated(closed: readonly string[]): readonly string[] {
  return closed.length === 0 ? [] : [...closed, 'text', 'contained'];
}

function namesClosed(body: Json, closed: readonly string[]): boolean {
  return repeated(closed).some((path) => {
    const steps = path.split('.');
    const last = steps.pop()!;
    const parents = steps.length === 0 ? [body] : valuesAt(body, steps.join('.'));
    return parents.some((parent) => typeof parent === 'object' && parent !== null && (last in parent || `_${last}` in parent));
  });
}

function patchNamesClosed(patch: readonly Json[], closed: readonly string[]): boolean {
  const named = patch.flatMap(({ path, from }) =>
    [path, from].filter((each) => each !== undefined).map((each) => each.slice(1).replace(/^_/, '')),
  );
  return named.some(
    (element) =>
      besideHidden(element, closed) || repeated(closed).some((path) => path === element || path.startsWith(`${element}.`)),
  );
}

/** `valueQuantity` beside a hidden `valueString`: a resource has at most one. */
function besideHidden(element: string, closed: readonly string[]): boolean {
  const [choice] =
    /^_?(value|effective|onset|abatement|deceased|multipleBirth|performed|medication)(?=[A-Z])/.exec(element) ?? [];
  return (
    choice !== undefined && closed.some((path) => path !== element && new RegExp(`^${choice}[A-Z][A-Za-z0-9]*$`).test(path))
  );
}

/** What could be masked stays as it is stored; around it nothing may change. Undefined: it would. */
function mergedBack(body: Json, stored: Json, closed: readonly string[]): Json | undefined {
  const paths = repeated(closed);
  const shown = withoutPaths(stored, paths);
  const result = copy(body);
  for (const element of new Set(paths.map((path) => path.split('.')[0]!))) {
    for (const key of [element, `_${element}`]) {
      if (!same(body[key], shown[key])) return undefined;
      if (key in stored) result[key] = copy(stored[key]);
    }
  }
  return result;
}

function toUpstream(value: Json): Json {
  if (typeof value === 'string') return value.startsWith(`${ourBase}/`) ? upstreamBase + value.slice(ourBase.length) : value;
  if (Array.isArray(value)) return value.map(toUpstream);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toUpstream(member)]));
}
