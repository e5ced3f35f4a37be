/** The words in which the policy schema is written: the keywords that the checker knows, and the small pieces that come again and again. */

/** The keywords used; `refuseMisshapen` knows these and no others. */
export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minProperties?: number;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly enum?: readonly (string | boolean)[];
  readonly pattern?: string;
  /** Alternatives of different types. */
  readonly anyOf?: readonly Schema[];
}

export const list = (items: Schema, description: string): Schema => ({ type: 'array', items, minItems: 1, description });
export const word: Schema = { type: 'string', minLength: 1 };
export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
export const label: Schema = { type: 'string', pattern: '^[^|\\s]+\\|[^|\\s]+$', description: 'a label as system|code' };
export const all: Schema = { type: 'string', enum: ['*'] };
export const element: Schema = {
  type: 'string',
  pattern: '^[A-Z][A-Za-z]+(\\.[a-z][A-Za-z]*(\\[x\\])?)+$',
  description: 'an element as Type.path, such as Encounter.reasonCode; value[x] means every choice',
};
