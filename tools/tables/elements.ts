/**
 * Finds elements in the structure definitions: from a type and a name to the spelled-out names in JSON and the types behind them.
 * It must not guess: a name that a definition does not have is an error.
 */
import type { ElementDefinition, ElementType, StructureDefinition } from './definitions.ts';

/** One spelled-out element: its JSON name, where its own children are defined, and what it may point to. */
export interface Found {
  readonly name: string;
  /** `Observation.component` for a backbone element, `Quantity` for a data type. */
  readonly context: string;
  readonly type: string;
  /** Types that a Reference or canonical may point to; undefined when it is neither, `*` when any. */
  readonly targets: readonly string[] | undefined;
}

const profileBase = 'http://hl7.org/fhir/StructureDefinition/';
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export class Elements {
  readonly #byPath = new Map<string, ElementDefinition>();
  readonly #children = new Map<string, string[]>();

  constructor(definitions: readonly StructureDefinition[]) {
    for (const definition of definitions) {
      if (definition.derivation === 'constraint') continue;
      for (const element of definition.snapshot.element) this.#add(element);
    }
  }

  #add(element: ElementDefinition): void {
    this.#byPath.set(element.path, element);
    const dot = element.path.lastIndexOf('.');
    if (dot === -1) return;
    const parent = element.path.slice(0, dot);
    const siblings = this.#children.get(parent) ?? [];
    siblings.push(element.path.slice(dot + 1));
    this.#children.set(parent, siblings);
  }

  /** Top-level names of a type as they stand in JSON, choices spelled out. */
  names(type: string): readonly string[] {
    return (this.#children.get(type) ?? []).flatMap((child) =>
      child.endsWith('[x]') ? this.child(type, child.slice(0, -3)).map((found) => found.name) : [child],
    );
  }

  /** The element `name` below `context`; several when it is a choice. `cast` keeps one type of the choice. */
  child(context: string, name: string, cast?: string): readonly Found[] {
    const plain = this.#byPath.get(`${context}.${name}`);
    if (plain) {
      return [this.#found(plain, name, (plain.type ?? [])[0], context)];
    }
    const choice = this.#byPath.get(`${context}.${name}[x]`);
    if (!choice) throw new Error(`No element ${name} in ${context}`);
    const types = (choice.type ?? []).filter((type) => cast === undefined || type.code.toLowerCase() === cast.toLowerCase());
    if (types.length === 0) throw new Error(`No type ${cast} for ${context}.${name}[x]`);
    return types.map((type) => this.#found(choice, name + capital(type.code), type, context));
  }

  #found(element: ElementDefinition, name: string, type: ElementType | undefined, context: string): Found {
    const referenced = element.contentReference?.slice(1);
    if (referenced !== undefined) return { name, context: referenced, type: 'BackboneElement', targets: undefined };
    const code = type?.code ?? '';
    const backbone = code === 'BackboneElement' || code === 'Element';
    return { name, context: backbone ? `${context}.${name}` : code, type: code, targets: targetsOf(type) };
  }
}

function targetsOf(type: ElementType | undefined): readonly string[] | undefined {
  if (type?.code !== 'Reference' && type?.code !== 'canonical') return undefined;
  const profiles = (type.targetProfile ?? []).filter((profile) => profile.startsWith(profileBase));
  const names = profiles.map((profile) => profile.slice(profileBase.length));
  return names.length === 0 || names.includes('Resource') ? ['*'] : names;
}
