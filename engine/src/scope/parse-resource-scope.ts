/** SMART App Launch 2.2 §Scopes for requesting FHIR Resources and §Finer-grained resource constraints using search parameters. */
import type { ActionSet, InvalidScope, ResourceScope, ScopeContext, ScopeParameter } from './scope.ts';

const v1: Readonly<Record<string, ActionSet>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** FHIR search.html: parameters that shape the answer and restrict nothing, or that hide their criterion from us. */
const notConstraints: ReadonlySet<string> = new Set([
  '_contained',
  '_containedType',
  '_count',
  '_elements',
  '_filter',
  '_format',
  '_graph',
  '_has',
  '_include',
  '_maxresults',
  '_pretty',
  '_query',
  '_revinclude',
  '_score',
  '_sort',
  '_summary',
  '_total',
]);

/** `bare` is the scope without a URI prefix. Undefined when it does not even begin like a resource scope. */
export function parseResourceScope(text: string, bare: string): ResourceScope | InvalidScope | undefined {
  const context = /^(patient|user|system)\//.exec(bare)?.[1] as ScopeContext | undefined;
  if (context === undefined) return undefined;
  const invalid = (reason: string): InvalidScope => ({ kind: 'invalid', text, reason });

  const question = bare.indexOf('?');
  const head = question === -1 ? bare : bare.slice(0, question);
  const [, type, suffix] = /^[a-z]+\/([A-Z][A-Za-z]+|\*)\.([a-z]+|\*)$/.exec(head) ?? [];
  if (type === undefined || suffix === undefined) return invalid('not of the form context/Type.actions');

  const version = Object.hasOwn(v1, suffix) ? 1 : 2;
  if (version === 2 && !/^c?r?u?d?s?$/.test(suffix)) return invalid('actions are the letters c r u d s in that order');
  const actions = version === 1 ? v1[suffix]! : suffix;
  if (question === -1) return { kind: 'resource', text, context, type, actions, version, parameters: Object.freeze([]) };

  if (version === 1) return invalid('version 1 scopes have no parameters');
  const parameters: ScopeParameter[] = [];
  for (const pair of bare.slice(question + 1).split('&')) {
    const parameter = parseParameter(pair);
    if (typeof parameter === 'string') return invalid(parameter);
    parameters.push(parameter);
  }
  return { kind: 'resource', text, context, type, actions, version, parameters: Object.freeze(parameters) };
}

/** The parameter, or why it cannot be understood. INVARIANT: a constraint that is not understood is never left out. */
function parseParameter(pair: string): ScopeParameter | string {
  const [, name, modifier, encoded] = /^(_?[A-Za-z][A-Za-z0-9_-]*)(?::([A-Za-z][A-Za-z-]*))?=(.+)$/.exec(pair) ?? [];
  if (name === undefined || encoded === undefined)
    return 'a parameter that is not of the form name=value or name:modifier=value';
  if (notConstraints.has(name)) return `${name} is not a constraint`;
  const value = percentDecoded(encoded);
  if (value === undefined) return 'a value that cannot be decoded';
  // A comma separates alternatives unless a backslash escapes it; an empty alternative would be ignored by some and match all for others.
  if (
    value
      .replace(/\\./g, '-')
      .split(',')
      .some((alternative) => alternative.trim() === '')
  )
    return 'an empty value';
  return Object.freeze({ name, ...(modifier === undefined ? {} : { modifier }), value });
}

/** RFC 3986 §2.1; a plus sign is a plus sign. Undefined for malformed sequences, invalid UTF-8 and control characters. */
export function percentDecoded(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is checked
    return /[\u0000-\u001f\u007f]/.test(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
}
