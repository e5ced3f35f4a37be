// A body on its way in: scanned strictly, known by type; nothing else of it is judged here (this server stores what it is given).
import { type JsonDocument, type JsonNode, NONE, name, scan } from '../../json.ts';
import { Refusal } from '../answer.ts';

const RESOURCE_TYPE = name('resourceType');
const ID = name('id');

export interface Incoming {
  readonly document: JsonDocument;
  /** The resource in the document: the root, or a part of a Bundle. */
  readonly root: JsonNode;
  readonly type: string;
  readonly id: string | undefined;
}

/** Throws Refusal 400 for what is no JSON; the scanner's own text says which rule it broke, never the content. */
export function scanned(body: Uint8Array | undefined): JsonDocument {
  if (body === undefined || body.length === 0) throw new Refusal(400, 'required', 'a body is needed');
  try {
    return scan(body, { maxDepth: 200 });
  } catch (error) {
    throw new Refusal(400, 'structure', (error as Error).message);
  }
}

export function incoming(document: JsonDocument, root: JsonNode, types: ReadonlySet<string>): Incoming {
  const type = document.string(document.member(root, RESOURCE_TYPE));
  if (type === undefined || !types.has(type)) throw new Refusal(400, 'structure', 'the body is not a FHIR R4 resource');
  const id = document.member(root, ID);
  const text = document.string(id);
  if (id !== NONE && (text === undefined || !isId(text))) throw new Refusal(400, 'value', 'the id is not a FHIR id');
  return { document, root, type, id: text };
}

export const isId = (text: string): boolean => /^[A-Za-z0-9.-]{1,64}$/.test(text);
