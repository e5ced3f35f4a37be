/**
 * What the consent page offers, made from the scopes that could be granted: one choice per part of the record and per granular scope, reading
 * apart from writing. A choice's value is the scopes that it stands for; what was chosen is narrowed against what was asked, never trusted.
 */
import type { ResourceScope, ScopeSet } from '@fireguard/engine';
import { kindsOfTypes, recordParts } from './record-parts.ts';
import type { Texts } from './texts.ts';

export interface Choice {
  readonly label: string;
  readonly hint: string;
  /** Space-separated scopes. */
  readonly value: string;
  /** Narrower choices inside it: when any is ticked, only those stand for the scope `of`. */
  readonly kinds:
    | { readonly of: string; readonly choices: readonly { readonly label: string; readonly value: string }[] }
    | undefined;
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
        kinds: letters === 'rs' ? kindsOf(whole, texts) : undefined,
      });
    }
    for (const { scope, actions } of within.filter(({ scope }) => scope.parameters.length > 0)) {
      const query = scope.text.slice(scope.text.indexOf('?'));
      const hint = text.only(scope.parameters.map(({ name, value }) => constraintWords(name, value, texts)).join(', '));
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

/** INVARIANT: a kind is offered only as a scope that the gateway enforces (negotiate-scope.ts): a token parameter without a modifier. */
function kindsOf(whole: readonly { readonly scope: ResourceScope; readonly actions: string }[], texts: Texts): Choice['kinds'] {
  const [first] = whole;
  if (first !== undefined && first.scope.type === '*') {
    const of = `${first.scope.context}/*.${first.actions}`;
    const choices = recordParts
      .filter(({ key }) => key !== 'everything')
      .map(({ key, types }) => ({
        label: texts.parts[key].label,
        value: types.map((type) => `${first.scope.context}/${type}.${first.actions}`).join(' '),
      }));
    return { of, choices };
  }
  const kind = whole.find(({ scope }) => kindsOfTypes[scope.type] !== undefined);
  const known = kind === undefined ? undefined : kindsOfTypes[kind.scope.type];
  if (kind === undefined || known === undefined) return undefined;
  const of = `${kind.scope.context}/${kind.scope.type}.${kind.actions}`;
  const choices = known.codes.map((code) => ({
    label: capital(texts.categories[code]),
    value: `${of}?category=${known.system}|${code}`,
  }));
  return { of, choices };
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

function constraintWords(name: string, value: string, texts: Texts): string {
  const words: Readonly<Record<string, string>> = texts.categories;
  const codes = value.split(',').map((one) => one.slice(one.lastIndexOf('|') + 1));
  return name === 'category' && codes.every((code) => words[code] !== undefined)
    ? codes.map((code) => words[code]).join(', ')
    : `${name} ${codes.join(', ')}`;
}

function writes(actions: string, texts: Texts): string {
  const text = texts.consent;
  const words = (['c', 'u', 'd'] as const).filter((letter) => actions.includes(letter)).map((letter) => text.acts[letter]);
  return text.can(words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')}${text.and}${words.at(-1)}`);
}
