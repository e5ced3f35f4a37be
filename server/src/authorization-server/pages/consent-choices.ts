/**
 * What the consent page offers, made from the scopes that could be granted: one choice per part of the record and per granular scope, reading
 * apart from writing. A choice's value is the scopes that it stands for; what was chosen is narrowed against what was asked, never trusted.
 */
import type { ResourceScope, ScopeSet } from '@fireguard/engine';
import { categoryWords, recordParts } from './record-parts.ts';
import { texts } from './texts.ts';

export interface Choice {
  readonly label: string;
  readonly hint: string;
  /** Space-separated scopes. */
  readonly value: string;
}

export interface ChoiceGroup {
  readonly legend: string;
  readonly choices: readonly Choice[];
}

const text = texts.consent;

export function consentChoices(scopes: ScopeSet): readonly ChoiceGroup[] {
  const resource = scopes.filter((scope): scope is ResourceScope => scope.kind === 'resource');
  const groups: readonly (readonly [string, readonly ResourceScope[], string])[] = [
    [text.maySee, resource.filter(({ context }) => context === 'patient'), 'rs'],
    [text.mayChange, resource.filter(({ context }) => context === 'patient'), 'cud'],
    [text.maySeeAll, resource.filter(({ context }) => context === 'user'), 'rs'],
    [text.mayChangeAll, resource.filter(({ context }) => context === 'user'), 'cud'],
  ];
  return groups
    .map(([legend, of, letters]) => ({ legend, choices: choicesOf(of, letters) }))
    .filter(({ choices }) => choices.length > 0);
}

function choicesOf(scopes: readonly ResourceScope[], letters: string): readonly Choice[] {
  const parts = scopes.flatMap((scope) => {
    const actions = [...scope.actions].filter((action) => letters.includes(action)).join('');
    return actions === '' ? [] : [{ scope, actions }];
  });
  const choices: Choice[] = [];
  const known = new Set(recordParts.flatMap(({ types }) => types));
  const other = [...new Set(parts.map(({ scope }) => scope.type))].filter((type) => !known.has(type));
  for (const part of [...recordParts, ...other.map((type) => ({ label: type, hint: '', types: [type] }))]) {
    const within = parts.filter(({ scope }) => part.types.includes(scope.type));
    const whole = within.filter(({ scope }) => scope.parameters.length === 0);
    if (whole.length > 0) {
      const value = whole.map(({ scope, actions }) => `${scope.context}/${scope.type}.${actions}`).join(' ');
      choices.push({
        label: part.label,
        hint: letters === 'rs' ? part.hint : writes(whole.map(({ actions }) => actions).join('')),
        value,
      });
    }
    for (const { scope, actions } of within.filter(({ scope }) => scope.parameters.length > 0)) {
      const query = scope.text.slice(scope.text.indexOf('?'));
      const hint = text.only(scope.parameters.map(({ name, value }) => constraintWords(name, value)).join(', '));
      choices.push({
        label: part.label,
        hint: letters === 'rs' ? hint : `${hint}. ${writes(actions)}`,
        value: `${scope.context}/${scope.type}.${actions}${query}`,
      });
    }
  }
  return choices;
}

function constraintWords(name: string, value: string): string {
  const codes = value.split(',').map((one) => one.slice(one.lastIndexOf('|') + 1));
  return name === 'category' && codes.every((code) => categoryWords[code] !== undefined)
    ? codes.map((code) => categoryWords[code]).join(', ')
    : `${name} ${codes.join(', ')}`;
}

function writes(actions: string): string {
  const words = (['c', 'u', 'd'] as const).filter((letter) => actions.includes(letter)).map((letter) => text.acts[letter]);
  return text.can(words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')}${text.and}${words.at(-1)}`);
}
