// One version of one resource: its bytes as they were given, and, read from them when first asked, what searches compare.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface VersionFacts {
  readonly type: string;
  readonly id: string;
  /** 1, 2, 3 … for each id, a deletion included. */
  readonly version: number;
  /** FHIR instant with milliseconds. */
  readonly lastUpdated: string;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** Position among all versions of the server; grows with every write. */
  readonly sequence: number;
  /** Sequence of the first version of this id. */
  readonly created: number;
}

export class Version {
  readonly facts: VersionFacts;
  /** The whole resource; undefined when this version is a deletion. */
  readonly bytes: Uint8Array | undefined;
  #value: Json | undefined;
  /** Extracted search values by parameter; owned by the search folder. */
  readonly extracted = new Map<string, readonly unknown[]>();

  constructor(facts: VersionFacts, bytes: Uint8Array | undefined) {
    this.facts = facts;
    this.bytes = bytes;
  }

  get key(): string {
    return `${this.facts.type}/${this.facts.id}`;
  }

  /** The resource as JavaScript, for comparing only: numbers have lost their digits. */
  get value(): Json {
    if (this.#value === undefined)
      this.#value = this.bytes === undefined ? null : (JSON.parse(decoder.decode(this.bytes)) as Json);
    return this.#value;
  }
}

const decoder = new TextDecoder();
