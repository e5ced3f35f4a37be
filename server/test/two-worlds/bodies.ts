/** What a client would write: bodies, patches, preconditions; mostly near what is there, and what may not be touched. */
import { criterion } from './criteria.ts';
import { type Drawing, idOf } from './drawing.ts';
import { copy, type Json } from './json.ts';
import type { NaiveInteraction } from './naive/interactions.ts';
import { generate } from './resources.ts';

export function written(drawing: Drawing, type: string, id: string): Json {
  const { random, shown, facts } = drawing;
  const known = shown.get(type)?.find((each) => each.id === id);
  const fresh = generate(random, type, id, facts.subjects);
  if (known === undefined || random.chance(0.3)) {
    // A fresh one mostly keeps the labels that it must not choose.
    if (known?.meta?.security !== undefined) fresh.meta = { ...fresh.meta, security: known.meta.security };
    else if (fresh.meta !== undefined && random.chance(0.8)) delete fresh.meta.security;
    return fresh;
  }
  const body = copy(known);
  const keys = Object.keys(fresh).filter((key) => !['resourceType', 'id', 'meta', 'contained'].includes(key));
  // What narrow scopes read, so that states move in and out of their reach.
  const moving = keys.filter((key) => ['status', 'gender', 'category'].includes(key));
  const often = isOutOfReach(drawing, known) ? 0.8 : 0.35;
  const changed = moving.length > 0 && random.chance(often) ? moving : random.some(keys, 1, 2);
  for (const key of changed) if (key !== 'subject' && key !== 'patient') body[key] = fresh[key];
  const other = otherForm(closedPaths(drawing, type, 'update'), fresh);
  if (other !== undefined && random.chance(0.6)) body[other] = fresh[other];
  if (fresh.meta?.security !== undefined && random.chance(0.25)) body.meta = { ...body.meta, security: fresh.meta.security };
  // A client that takes the mark of a partial view away, or leaves out what it could not see.
  if (body.meta?.tag?.some(({ code }: Json) => code === 'SUBSETTED') && random.chance(0.8)) {
    body.meta = { ...body.meta, tag: body.meta.tag.filter(({ code }: Json) => code !== 'SUBSETTED') };
    for (const path of closedPaths(drawing, type, 'update'))
      if (random.chance(0.9))
        for (const key of [path.split('.')[0]!, 'text', 'contained']) if (!path.includes('.')) delete body[key];
  }
  return body;
}

/** Seen, but not the caller's to change. */
function isOutOfReach({ decider }: Drawing, shown: Json): boolean {
  return typeof decider.sees(shown, 'update') !== 'object';
}

/** Now and then of what is seen and may not be changed. */
export function idToWrite(drawing: Drawing, type: string): string {
  const { random, shown } = drawing;
  const among = (shown.get(type) ?? []).filter((each) => isOutOfReach(drawing, each));
  return among.length > 0 && random.chance(0.35) ? random.pick(among).id : idOf(drawing, type);
}

/** What could be masked for a writer, whole elements and parts. */
function closedPaths({ decider }: Drawing, type: string, interaction: NaiveInteraction): readonly string[] {
  return [...new Set([...decider.maskable(type, interaction), ...decider.maskable(type, 'read')])];
}

/** A form of a choice that may stand open beside a hidden one. */
function otherForm(closed: readonly string[], fresh: Json): string | undefined {
  const choiceOf = (path: string) => /^(value|onset|deceased|effective)[A-Z][A-Za-z]*$/.exec(path)?.[1] ?? '';
  const hidden = new Set(closed.map(choiceOf).filter((choice) => choice !== ''));
  return Object.keys(fresh).find((key) => !closed.includes(key) && hidden.has(choiceOf(key)));
}

export const versions = ['1', '1', '1', '1', '1', '2', '3'];
export const ifMatch = ({ random }: Drawing) => {
  const headers = {
    ...(random.chance(0.2) ? { 'if-match': `W/"${random.pick(versions)}"` } : {}),
    ...(random.chance(0.04) ? { 'if-none-match': '*' } : {}),
    ...(random.chance(0.2) ? { prefer: `return=${random.pick(['minimal', 'representation'])}` } : {}),
  };
  return Object.keys(headers).length === 0 ? {} : { headers };
};
/** One that means one resource, or any. */
export const condition = (drawing: Drawing, type: string) =>
  drawing.random.chance(0.6) ? `_id=${idOf(drawing, type)}` : criterion(drawing, type)?.text;

export function patchBody(drawing: Drawing, type: string, id: string): Json {
  const { random, raw } = drawing;
  const fresh = written(drawing, type, id);
  const keys = Object.keys(fresh).filter(
    (key) => !['resourceType', 'id', 'meta', 'subject', 'patient', 'text', 'contained'].includes(key),
  );
  if (keys.length === 0) keys.push('language');
  const closed = closedPaths(drawing, type, 'patch').map((path) => path.split('.')[0]!);
  const open = keys.filter((key) => !closed.includes(key));
  const other = otherForm(closedPaths(drawing, type, 'patch'), fresh);
  const key =
    other !== undefined && random.chance(0.5) ? other : random.pick(open.length > 0 && random.chance(0.8) ? open : keys);
  const change = random.weighted<Json>([
    [6, { op: 'add', path: `/${key}`, value: fresh[key] ?? 'de' }],
    [2, { op: 'replace', path: `/${key}`, value: fresh[key] ?? 'de' }],
    [1, { op: 'remove', path: `/${key}` }],
  ]);
  // A guess at what is stored, and now and then a copy of it to where it shows.
  const stored = (raw.get(type) ?? []).filter((each) => each.id === id);
  const guess = stored.length === 0 ? fresh : random.pick(stored);
  const among = closed.filter((each) => guess[each] !== undefined);
  if (among.length > 0 && random.chance(0.35)) {
    const hidden = random.pick(among);
    return random.weighted<Json>([
      [5, [{ op: 'test', path: `/${hidden}`, value: guess[hidden] }, change]],
      [1, [{ op: 'copy', from: `/${hidden}`, path: `/${key}` }]],
      [1, [{ op: 'replace', path: `/${hidden}`, value: fresh[hidden] ?? guess[hidden] }]],
    ]);
  }
  const tested = random.pick(keys);
  return [...(random.chance(0.2) ? [{ op: 'test', path: `/${tested}`, value: (guess ?? fresh)[tested] ?? 'x' }] : []), change];
}
