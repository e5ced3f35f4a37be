/**
 * RFC 7396 JSON Merge Patch, as the JSON Patch that does the same to one document: so that both are applied by the same code, to the byte.
 * Whoever applies one must first have decided on every path in `mergedPaths`.
 */
import { type JsonDocument, type JsonNode, NONE } from './document.ts';
import { memberFinder } from './member-finder.ts';
import { scan } from './scan.ts';
import { text } from './write.ts';

type Path = readonly string[];

/** The paths at which the patch sets or removes something, whatever document it meets. */
export function mergedPaths(patch: JsonDocument): readonly Path[] {
  const paths: Path[] = [];
  const walk = (node: JsonNode, path: Path): void => {
    if (!patch.isObject(node) || patch.size(node) === 0) paths.push(path);
    else
      for (let member = patch.first(node); member !== NONE; member = patch.next(member))
        walk(member, [...path, patch.key(member)]);
  };
  walk(patch.root, []);
  return paths;
}

/** Operations of RFC 6902. */
export function mergeOperations(document: JsonDocument, patch: JsonDocument): JsonDocument {
  const operations: string[] = [];
  const merge = (target: JsonNode, node: JsonNode, path: Path): void => {
    const find = memberFinder(document, target);
    for (let member = patch.first(node); member !== NONE; member = patch.next(member)) {
      const key = patch.key(member);
      const at = [...path, key];
      const found = find(key);
      if (patch.kind(member) === 'null') {
        if (found !== NONE) operations.push(`{"op":"remove","path":${pointer(at)}}`);
      } else if (patch.isObject(member) && document.isObject(found)) merge(found, member, at);
      else operations.push(`{"op":"add","path":${pointer(at)},"value":${withoutNulls(patch, member)}}`);
    }
  };
  if (document.isObject(document.root) && patch.isObject(patch.root)) merge(document.root, patch.root, []);
  else operations.push(`{"op":"replace","path":"","value":${withoutNulls(patch, patch.root)}}`);
  return scan(new TextEncoder().encode(`[${operations.join(',')}]`));
}

/** RFC 6901 §3. */
function pointer(path: Path): string {
  return text(path.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''));
}

/** What an object becomes where there was none: its nulls mean that there is nothing. Lists are taken as they are. */
function withoutNulls(patch: JsonDocument, node: JsonNode): string {
  if (!patch.isObject(node)) return patch.raw(node);
  const members: string[] = [];
  for (let member = patch.first(node); member !== NONE; member = patch.next(member)) {
    if (patch.kind(member) !== 'null') members.push(`${text(patch.key(member))}:${withoutNulls(patch, member)}`);
  }
  return `{${members.join(',')}}`;
}
