// The form in which the hospital hands its records over: as text to the digit, and as an object for reading.

export type JsonObject = { readonly [name: string]: unknown };

/** One FHIR R4 resource. `text` is its JSON to the byte (decimals keep their zeros); `value` is what JSON.parse makes of it. */
export interface FhirResource {
  readonly type: string;
  readonly id: string;
  readonly text: string;
  readonly value: JsonObject;
}

/** A decimal printed with exactly `digits` digits after the point: 1.10 is not 1.1 (FHIR R4 datatypes, decimal). */
export function decimal(value: number, digits: number): unknown {
  return rawJson(value.toFixed(digits));
}

export function resource(body: JsonObject): FhirResource {
  const text = JSON.stringify(body);
  const value: JsonObject = Object.freeze(JSON.parse(text));
  return Object.freeze({ type: String(value['resourceType']), id: String(value['id']), text, value });
}

// Not yet in the TypeScript library files.
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;
