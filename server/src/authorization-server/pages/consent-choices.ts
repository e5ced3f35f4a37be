/**
 * What the consent page offers, made from the scopes that could be granted: one choice per part of the record and per granular scope, reading
 * apart from writing. A choice's value is the scopes that it stands for; what was chosen is narrowed against what was asked, never trusted.
 */
import type { ResourceScope, ScopeParameter, ScopeSet } from '@fireguard/engine';
import { kindsOfTypes, recordParts } from './record-parts.ts';
import type { Texts } from './texts.ts';

export interface Choice {
  readonly label: string;
  readonly hint: string;
  /** Space-separated scopes. */
  readonly value: string;
  /** Narrower choices inside it: when any is ticked, only those stand for it. */
  readonly kinds: readonly { readonly label: string; readonly value: string }[] | undefined;
}

export interface ChoiceGroup {
  readonly legend: string;
  readonly choices: readonly Choice[];
}

export function consentChoices(scopes: ScopeSet, texts: Texts): readonly ChoiceGroup[] {
  const text = texts.consent;
  const resource = scopes.filter((scope): scope is ResourceScope => scope.kind === 'resource');
  const groups: readonly (readonly [string, readonly ResourceScope[], string])[] = [
    [text.maySee, resource.filter(({ context }) => context === 'patient'), 'rs'],
    [text.mayChange, resource.filter(({ context }) => context === 'patient'), 'cud'],
    [text.maySeeAll, resource.filter(({ context }) => context === 'user'), 'rs'],
    [text.mayChangeAll, resource.filter(({ context }) => context === 'user'), 'cud'],
  ];
  return groups
    .map(([legend, of, letters]) => ({ legend, choices: choicesOf(of, letters, texts) }))
    .filter(({ choices }) => choices.length > 0);
}

function choicesOf(scopes: readonly ResourceScope[], letters: string, texts: Texts): readonly Choice[] {
  const text = texts.consent;
  const parts = scopes.flatMap((scope) => {
    const actions = [...scope.actions].filter((action) => letters.includes(action)).join('');
    return actions === '' ? [] : [{ scope, actions }];
  });
  const choices: Choice[] = [];
  const known = new Set(recordParts.flatMap(({ types }) => types));
  const other = [...new Set(parts.map(({ scope }) => scope.type))].filter((type) => !known.has(type));
  const named = recordParts.map(({ key, types }) => ({ ...texts.parts[key], types }));
  for (const part of [...named, ...other.map((type) => ({ label: type, hint: '', types: [type] }))]) {
    const within = parts.filter(({ scope }) => part.types.includes(scope.type));
    const whole = within.filter(({ scope }) => scope.parameters.length === 0);
    if (whole.length > 0) {
      const value = whole.map(({ scope, actions }) => `${scope.context}/${scope.type}.${actions}`).join(' ');
      choices.push({
        label: part.label,
        hint: letters === 'rs' ? part.hint : writes(whole.map(({ actions }) => actions).join(''), texts),
        value,
        kinds: kindsOf(whole, letters, texts),
      });
    }
    for (const { scope, actions } of within.filter(({ scope }) => scope.parameters.length > 0)) {
      const query = scope.text.slice(scope.text.indexOf('?'));
      const hint = text.only(scope.parameters.map((parameter) => constraintWords(parameter, texts)).join(', '));
      choices.push({
        label: part.label,
        hint: letters === 'rs' ? hint : `${hint}. ${writes(actions, texts)}`,
        value: `${scope.context}/${scope.type}.${actions}${query}`,
        kinds: undefined,
      });
    }
  }
  return choices;
}

interface Whole {
  readonly scope: ResourceScope;
  readonly actions: string;
}

/** INVARIANT: a kind is offered only as a scope that the gateway enforces (negotiate-scope.ts). What is added has types for kinds, since it has no category yet. */
function kindsOf(whole: readonly Whole[], letters: string, texts: Texts): Choice['kinds'] {
  const read = letters === 'rs';
  const alone = whole.length === 1 && whole[0]?.scope.type !== '*';
  const kinds = whole.flatMap(({ scope, actions }) => {
    const at = (type: string) => `${scope.context}/${type}.${actions}`;
    const categories = (type: string) =>
      read
        ? (kindsOfTypes[type] ?? []).map(({ system, code }) => ({
            label: alone ? capital(texts.categories[code]) : texts.consent.kindOf(nameOf(type, texts), texts.categories[code]),
            value: `${at(type)}?category=${system}|${code}`,
          }))
        : [];
    if (scope.type !== '*') {
      const type = { label: nameOf(scope.type, texts), value: at(scope.type) };
      return [...(whole.length > 1 ? [type] : []), ...categories(scope.type)];
    }
    return recordParts
      .filter(({ key }) => key !== 'everything')
      .flatMap(({ key, types }) => [
        { label: texts.parts[key].label, value: types.map(at).join(' ') },
        // Of everything, the kinds that people know; all of them would be a page of their own.
        ...types.filter((type) => type === 'Condition' || type === 'Observation').flatMap(categories),
      ]);
  });
  return kinds.length === 0 ? undefined : kinds;
}

function nameOf(type: string, texts: Texts): string {
  const names: Readonly<Record<string, string>> = texts.types;
  return names[type] ?? type;
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/** The constraint of a granular scope, in words where there are words for it. */
function constraintWords({ name, modifier, value }: ScopeParameter, texts: Texts): string {
  const text = texts.constraints;
  const names: Readonly<Record<string, string>> = text.names;
  const categories: Readonly<Record<string, string>> = texts.categories;
  const known = value.split(',').map((one) => categories[one.slice(one.lastIndexOf('|') + 1)]);
  const plain = name === 'category' && known.every((word) => word !== undefined);
  const what = value.split(',').map((one, at) => (plain ? known[at] : undefined) ?? valueWords(one, texts));
  const all = what.join(text.or);
  const label = names[name] ?? name;
  if (modifier === undefined) return plain ? all : text.is(label, all);
  return modifier === 'not' ? text.isNot(label, all) : text.is(`${label} (${modifier})`, all);
}

/** A code without its system; a date or number with its prefix (FHIR search §3.1.1.4.6) in words. */
function valueWords(value: string, texts: Texts): string {
  const [, prefix, rest] = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(-?\d[\d.:TZ+-]*)$/.exec(value) ?? [];
  if (prefix !== undefined && rest !== undefined) return texts.constraints.prefixes[prefix as 'eq'](rest);
  return value.slice(value.lastIndexOf('|') + 1);
}

function writes(actions: string, texts: Texts): string {
  const text = texts.consent;
  const words = (['c', 'u', 'd'] as const).filter((letter) => actions.includes(letter)).map((letter) => text.acts[letter]);
  return text.can(words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')}${text.and}${words.at(-1)}`);
}
