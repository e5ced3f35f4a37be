/** What a mask leaves of a resource, on plain JSON. */
import { copy, type Json } from '../json.ts';
import { ourBase, upstreamBase } from '../scenario.ts';

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

/** As it leaves: masked, and with our base in the place of the upstream's. */
export function releasedForm(resource: Json, paths: readonly string[], announced: Json = {}, isMarked = true): Json {
  const form = copy(resource);
  if (paths.length > 0) {
    strip(form, paths);
    Object.assign(form, copy(announced));
    if (!isMarked) return rebased(form);
    form.meta ??= {};
    form.meta.tag ??= [];
    if (!form.meta.tag.some(({ system, code }: Json) => system === SUBSETTED.system && code === SUBSETTED.code))
      form.meta.tag.push(SUBSETTED);
  }
  return rebased(form);
}

/** Would a mask take anything from it? */
export function isTouched(resource: Json, paths: readonly string[]): boolean {
  const form = copy(resource);
  if (paths.length > 0) strip(form, paths);
  return JSON.stringify(form) !== JSON.stringify(resource);
}

function strip(form: Json, paths: readonly string[]): void {
  const own = paths.filter((path) => !path.startsWith('contained:'));
  // Where only what is contained is masked, what nothing led to before stays.
  const loose = own.length > 0 ? [] : orphansOf(form);
  removeAll(form, own);
  for (const inner of form.contained ?? []) {
    const start = `contained:${inner.resourceType}.`;
    const named = paths.filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
    removeAll(inner, inner.resourceType === form.resourceType ? own : named);
  }
  if (form.contained === undefined) return;
  const gone = orphansOf(form).filter((inner) => !loose.includes(inner));
  const left = form.contained.filter((inner: Json) => !gone.includes(inner));
  if (left.length > 0) form.contained = left;
  else delete form.contained;
}

function orphansOf({ contained = [], ...rest }: Json): readonly Json[] {
  return contained.filter(({ id }: Json) => !textsIn(rest).includes(`#${id}`));
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values<Json>(value).flatMap(textsIn) : [];
}

/** Without the labels that were put on what was shown, and are not stored. */
export function withoutDuties(body: Json, duties: readonly string[], stored: Json): Json {
  const labels = (resource: Json): readonly string[] =>
    (resource.meta?.security ?? []).map(({ system, code }: Json) => `${system}|${code}`);
  const added = duties.filter((duty) => !labels(stored).includes(duty));
  if (!labels(body).some((label) => added.includes(label))) return body;
  const { security, ...meta } = body.meta;
  const left = security.filter(({ system, code }: Json) => !added.includes(`${system}|${code}`));
  const { meta: _, ...rest } = body;
  const kept = { ...meta, ...(left.length === 0 ? {} : { security: left }) };
  return Object.keys(kept).length === 0 ? rest : { ...rest, meta: kept };
}

/** With the labels that travel along, those that it has not yet. */
export function withDuties(form: Json, duties: readonly string[]): Json {
  const has: readonly string[] = (form.meta?.security ?? []).map(({ system, code }: Json) => `${system}|${code}`);
  const more = duties
    .filter((duty) => !has.includes(duty))
    .map((duty) => ({ system: duty.split('|')[0], code: duty.split('|')[1] }));
  if (more.length === 0) return form;
  return { ...form, meta: { ...form.meta, security: [...(form.meta?.security ?? []), ...more] } };
}

/** Without tag and base: what is left when all of this is taken away. */
export function withoutPaths(resource: Json, paths: readonly string[]): Json {
  const left = copy(resource);
  removeAll(left, paths);
  return left;
}

function removeAll(resource: Json, paths: readonly string[]): void {
  delete resource.text;
  delete resource._text;
  for (const path of paths) remove(resource, path.split('.'));
}

/** What the removal empties goes too. Returns whether `value` was emptied. */
function remove(value: Json, path: readonly string[]): boolean {
  const [step = '', ...rest] = path;
  let removed = false;
  for (const key of [step, `_${step}`]) {
    if (!(key in value)) continue;
    if (rest.length === 0) {
      delete value[key];
      removed = true;
    } else if (Array.isArray(value[key])) {
      const left = value[key].filter((item: Json) => typeof item !== 'object' || item === null || !remove(item, rest));
      if (left.length < value[key].length) removed = true;
      if (left.length === 0) delete value[key];
      else value[key] = left;
    } else if (typeof value[key] === 'object' && value[key] !== null && remove(value[key], rest)) {
      delete value[key];
      removed = true;
    }
  }
  return removed && Object.keys(value).length === 0;
}

function rebased(value: Json): Json {
  if (typeof value === 'string') {
    return value === upstreamBase || value.startsWith(`${upstreamBase}/`) ? ourBase + value.slice(upstreamBase.length) : value;
  }
  if (Array.isArray(value)) return value.map(rebased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rebased(member)]));
}
