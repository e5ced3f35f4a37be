/** Reads the published Consents (JSON, and the XML of the specification's sources) where `../shared/data` is at hand. Decides nothing. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const data = path.resolve(import.meta.dirname, '../../../shared/data');

export const published = existsSync(path.join(data, 'consent'));

/** A resource as JSON text. */
export function publishedText(file: string): string {
  const text = readFileSync(path.join(data, file), 'utf8');
  return file.endsWith('.xml') ? JSON.stringify(fromXml(text)) : text;
}

/** Elements that repeat, in a Consent of any version. */
const lists = new Set([
  ...['category', 'performer', 'organization', 'policy', 'coding', 'actor', 'action', 'securityLabel', 'purpose', 'class'],
  ...['code', 'data', 'manager', 'controller', 'regulatoryBasis'],
]);

interface Element {
  readonly name: string;
  readonly value: string | undefined;
  readonly children: Element[];
}

/** FHIR XML as these few files use it. The narrative is left out. */
function fromXml(xml: string): object {
  const root: Element = { name: '', value: undefined, children: [] };
  const open = [root];
  const text = xml.replace(/<!--[\s\S]*?-->|<text>[\s\S]*?<\/text>|<\?[\s\S]*?\?>/g, '');
  for (const [, close, name = '', attributes = '', empty] of text.matchAll(/<(\/?)([\w:]+)([^>]*?)(\/?)>/g)) {
    if (close === '/') open.pop();
    else {
      const element = { name, value: /\bvalue="([^"]*)"/.exec(attributes)?.[1], children: [] };
      open.at(-1)!.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  const [resource] = root.children;
  return { resourceType: resource!.name, ...membersOf(resource!, 0) };
}

function membersOf({ children }: Element, depth: number): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const child of children) {
    const value = child.children.length === 0 ? child.value : membersOf(child, depth + 1);
    // `code` is a list of concepts in a provision and a plain code elsewhere; `provision` is a list in a provision.
    const repeats =
      child.name === 'code' ? child.children.length > 0 : lists.has(child.name) || (child.name === 'provision' && depth > 0);
    if (!repeats) members[child.name] = value;
    else members[child.name] = [...((members[child.name] as unknown[] | undefined) ?? []), value];
  }
  return members;
}
