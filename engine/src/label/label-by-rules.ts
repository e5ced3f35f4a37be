/** What the label rules say of one resource: the rules that hold, by one walk over its codes and words. */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import { clinicalSystem } from '../terminology/clinical-systems.ts';
import type { CompiledLabelRule, CompiledLabelRules } from './label-rules.ts';

const CODE = name('code');
const SYSTEM = name('system');
const DISPLAY = name('display');
const TEXT = name('text');
const CODING = name('coding');
const META = name('meta');
const PROFILE = name('profile');
const REFERENCE = name('reference');

/** Who somebody is, and not what they have. */
const people: ReadonlySet<string> = new Set(['Patient', 'Person', 'RelatedPerson']);

/** Whose record it is, so that a rule may be about a patient. */
export interface About {
  readonly type: string;
  readonly patients: readonly string[];
}

export function rulesThatHold(
  rules: CompiledLabelRules,
  document: JsonDocument,
  resource: JsonNode,
  about: About,
): readonly CompiledLabelRule[] {
  const found = new Set(rules.unconditional);
  const end = document.end(resource);
  for (let at = resource + 1; at < document.count && document.start(at) < end; at++) {
    if (!document.isString(at)) continue;
    if (document.keyIs(at, CODE)) byCode(rules, document, at, found);
    else if (rules.anyWord !== undefined && isLabelText(document, at))
      byWord(rules, rules.anyWord, document.string(at) ?? '', found);
  }
  return [...found]
    .sort((one, other) => one - other)
    .flatMap((one) => {
      const rule = rules.rules[one]!;
      return isAbout(rule, document, resource, about) ? [rule] : [];
    });
}

function byCode(
  { byCode: exact, byPrefix }: CompiledLabelRules,
  document: JsonDocument,
  at: JsonNode,
  found: Set<number>,
): void {
  const written = document.string(document.member(document.parent(at), SYSTEM));
  if (written === undefined) return;
  const system = clinicalSystem(written);
  const code = document.string(at) ?? '';
  for (const rule of exact.get(`${system}|${code}`) ?? []) found.add(rule);
  for (const [prefix, rule] of byPrefix.get(system) ?? []) if (code.startsWith(prefix)) found.add(rule);
}

/** The display of a code, or the text of a concept; not a note, a narrative, or the display of a reference. */
function isLabelText(document: JsonDocument, at: JsonNode): boolean {
  const holder = document.parent(at);
  if (document.keyIs(at, DISPLAY)) return document.member(holder, CODE) !== NONE;
  if (!document.keyIs(at, TEXT)) return false;
  // A concept has codes beside its text, or nothing; a note has an author or a time, and stands in a list called so.
  return document.member(holder, CODING) !== NONE || document.size(holder) === 1;
}

function byWord({ byWord: rules }: CompiledLabelRules, anyWord: RegExp, text: string, found: Set<number>): void {
  for (const [word] of text.matchAll(anyWord)) for (const rule of rules.get(word.toLowerCase()) ?? []) found.add(rule);
}

function isAbout(rule: CompiledLabelRule, document: JsonDocument, resource: JsonNode, { type, patients }: About): boolean {
  if (rule.types === undefined ? rule.readsContent && people.has(type) : !rule.types.has(type)) return false;
  if (rule.patients !== undefined && !patients.some((patient) => rule.patients!.has(patient))) return false;
  if (rule.profiles !== undefined && !hasProfile(rule.profiles, document, resource)) return false;
  return rule.mentions === undefined || mentions(rule.mentions, document, resource);
}

function hasProfile(wanted: ReadonlySet<string>, document: JsonDocument, resource: JsonNode): boolean {
  const profiles = document.at(resource, META, PROFILE);
  for (let at = document.first(profiles); at !== NONE; at = document.next(at)) {
    const text = document.string(at);
    if (text !== undefined && (wanted.has(text) || wanted.has(text.split('|', 1)[0]!))) return true;
  }
  return false;
}

function mentions(wanted: ReadonlySet<string>, document: JsonDocument, resource: JsonNode): boolean {
  const end = document.end(resource);
  for (let at = resource + 1; at < document.count && document.start(at) < end; at++) {
    const text = document.keyIs(at, REFERENCE) ? document.string(at) : undefined;
    // With a base before it, too.
    if (text !== undefined && wanted.has(text.split('/').slice(-2).join('/'))) return true;
  }
  return false;
}
