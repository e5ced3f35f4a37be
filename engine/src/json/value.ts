/** A materialised JSON value. Objects made by us have no prototype, so that `__proto__` is a name like any other. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };
