/** Finds many members of one object by name without going through it each time. */
import { type JsonDocument, type JsonNode, NONE } from './document.ts';

export function memberFinder(document: JsonDocument, object: JsonNode): (name: string) => JsonNode {
  const members = new Map<string, JsonNode>();
  for (let member = document.first(object); member !== NONE; member = document.next(member))
    members.set(document.key(member), member);
  return (name) => members.get(name) ?? NONE;
}
