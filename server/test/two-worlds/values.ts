/** Search values as a client would write them, drawn from what stands in a resource. */
import type { SearchParameter, TypeFacts } from '@fireguard/engine';
import { type Json, valuesAt } from './json.ts';
import type { Random } from './random.ts';
import { ourBase } from './scenario.ts';

export const prefixes = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];

export interface Drawn {
  readonly text: string;
  readonly prefix: string | undefined;
}

/** Undefined: the resource has no value for this parameter. */
export function drawValue(random: Random, type: TypeFacts, parameter: SearchParameter, resource: Json): Drawn | undefined {
  if (parameter.name === '_id') return { text: resource.id, prefix: undefined };
  if (parameter.type === 'composite') return composite(random, type, parameter, resource);
  const found = parameter.paths.flatMap((path) => valuesAt(resource, path));
  if (found.length === 0) return undefined;
  const value = random.pick(found);
  const prefix =
    (parameter.type === 'date' || parameter.type === 'quantity' || parameter.type === 'number') && random.chance(0.7)
      ? random.pick([...prefixes, 'ap', 'eq'])
      : undefined;
  const text = written(random, parameter, value);
  return text === undefined ? undefined : { text: `${prefix ?? ''}${text}`, prefix };
}

function written(random: Random, { type }: SearchParameter, value: Json): string | undefined {
  switch (type) {
    case 'token':
      return token(random, value);
    case 'string':
      return string(random, value);
    case 'reference':
      return reference(random, value);
    case 'date':
      return typeof value === 'string' ? value : (value.start ?? value.end);
    case 'quantity':
      return typeof value.value !== 'number'
        ? undefined
        : random.chance(0.6)
          ? `${value.value}`
          : `${value.value}|${value.system ?? ''}|${value.code ?? ''}`;
    case 'uri':
      return typeof value === 'string' ? value : undefined;
    case 'number':
      return typeof value === 'number' ? `${value}` : undefined;
    case 'composite':
    case 'special':
      return undefined;
  }
}

function token(random: Random, value: Json): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return `${value}`;
  const coding = Array.isArray(value.coding) ? random.pick<Json>(value.coding) : value;
  const code = coding.code ?? coding.value;
  if (typeof code !== 'string') return undefined;
  if (random.isAbout('parts first') && random.chance(0.5)) return `|${code}`;
  if (coding.system === undefined || value.use !== undefined) return random.chance(0.5) ? code : `|${code}`;
  return random.pick([code, `${coding.system}|${code}`, `${coding.system}|${code}`, `${coding.system}|`]);
}

function string(random: Random, value: Json): string | undefined {
  const text = typeof value === 'string' ? value : (value.family ?? value.given?.[0] ?? value.city ?? value.text);
  if (typeof text !== 'string') return undefined;
  return random.chance(0.3) ? text.slice(0, 2) : text;
}

function reference(random: Random, value: Json): string | undefined {
  if (typeof value.reference !== 'string') return undefined;
  const relative = value.reference.replace(/^https?:\/\/[^/]+\/fhir\//, '');
  return random.weighted([
    [8, relative],
    [1, `${ourBase}/${relative}`],
    [1, relative.split('/').at(-1)!],
  ]);
}

function composite(random: Random, type: TypeFacts, parameter: SearchParameter, resource: Json): Drawn | undefined {
  const parts = parameter.components.map((name) => {
    const component = type.searchParameters.get(name);
    return component === undefined ? undefined : drawValue(random, type, component, resource)?.text;
  });
  return parts.length === 0 || parts.includes(undefined) ? undefined : { text: parts.join('$'), prefix: undefined };
}
