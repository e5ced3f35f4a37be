/** What the label rules say of one resource: the rules that hold, by one walk over its codes and words. */
import { type JsonDocument, type JsonNode, type Name, NONE, name } from '../json/scan.ts';
import type { CompiledLabelRule, CompiledLabelRules } from './label-rules.ts';
import { lowered, startBits, startKey } from './word-start.ts';

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

/** What may say something that a rule asks for. */
export const wordings: readonly Name[] = Object.freeze([CODE, DISPLAY, TEXT]);

/** Positions of rules; undefined while there is none, as for most resources. */
export type FoundRules = Set<number> | undefined;

/** `found`, and the rules that ask for what stands at `at`, a value called by one of `wordings`. */
export function withWording(rules: CompiledLabelRules, document: JsonDocument, at: JsonNode, found: FoundRules): FoundRules {
  if (!document.isString(at)) return found;
  if (document.keyIs(at, CODE)) return byCode(rules, document, at, found);
  if (!mayHoldWord(rules, document, at) || !isLabelText(document, at)) return found;
  return byWord(rules, document.string(at) ?? '', found);
}

/** Those of `found`, and of the rules that ask for no content, that are about this resource. */
export function rulesThatHold(
  rules: CompiledLabelRules,
  document: JsonDocument,
  resource: JsonNode,
  about: About,
  found: FoundRules,
): readonly CompiledLabelRule[] {
  if (found === undefined && rules.unconditional.length === 0) return none;
  return [...new Set([...rules.unconditional, ...(found ?? none)])]
    .sort((one, other) => one - other)
    .flatMap((one) => {
      const rule = rules.rules[one]!;
      return isAbout(rule, document, resource, about) ? [rule] : [];
    });
}

function byCode({ bySystem }: CompiledLabelRules, document: JsonDocument, at: JsonNode, before: FoundRules): FoundRules {
  const rules = bySystem.find(document, document.member(document.parent(at), SYSTEM));
  // Most codes are of systems of which no rule speaks.
  if (rules === undefined) return before;
  let found = before;
  const code = document.string(at) ?? '';
  for (const rule of rules.codes.get(code) ?? none) found = (found ?? new Set()).add(rule);
  for (const [beginning, rule] of rules.beginnings) if (code.startsWith(beginning)) found = (found ?? new Set()).add(rule);
  return found;
}

/** False when no word of a text can begin like one of the rules', which its bytes tell where they are ASCII without escapes: nothing is decoded. */
function mayHoldWord({ mayStart, byStart }: CompiledLabelRules, document: JsonDocument, at: JsonNode): boolean {
  if (byStart.size === 0) return false;
  if (document.isEscaped(at)) return true;
  const { bytes } = document;
  const end = document.end(at) - 1;
  let before = 0x20;
  for (let place = document.start(at) + 1; place < end; place++) {
    const byte = bytes[place]!;
    if (byte >= 0x80) return true;
    const letter = lowered(byte);
    if (
      isLetter(letter) &&
      !isLetter(before) &&
      place + 2 < end &&
      mayStart[startBits(letter, bytes[place + 1]!, bytes[place + 2]!)] === 1
    )
      return true;
    before = letter;
  }
  return false;
}

/** The display of a code, or the text of a concept; not a note, a narrative, or the display of a reference. */
function isLabelText(document: JsonDocument, at: JsonNode): boolean {
  const holder = document.parent(at);
  if (document.keyIs(at, DISPLAY)) return document.member(holder, CODE) !== NONE;
  if (!document.keyIs(at, TEXT)) return false;
  // A concept has codes beside its text, or nothing; a note has an author or a time. One that has neither cannot be told apart, and is read.
  return document.member(holder, CODING) !== NONE || document.size(holder) === 1;
}

/** Looks up the beginning of every word of the text, in one pass; the text is copied only where something begins alike. */
function byWord({ byStart }: CompiledLabelRules, text: string, foundBefore: FoundRules): FoundRules {
  let found = foundBefore;
  let lower: string | undefined;
  let before = 0x20;
  for (let at = 0; at + 2 < text.length; at++) {
    const letter = lowered(text.charCodeAt(at));
    const starts = isLetter(letter) && !isLetter(before);
    before = letter;
    if (!starts) continue;
    const words = byStart.get(startKey(letter, text.charCodeAt(at + 1), text.charCodeAt(at + 2)));
    if (words === undefined) continue;
    lower ??= text.toLowerCase();
    for (const { word, whole, rules } of words) {
      if (!lower.startsWith(word, at) || (whole && isLetter(lower.charCodeAt(at + word.length)))) continue;
      for (const rule of rules) found = (found ?? new Set()).add(rule);
    }
  }
  return found;
}

const none: readonly never[] = Object.freeze([]);

/** A letter or digit of any script, as far as words need it: whatever is no punctuation of ASCII. NaN, past the end, is none. */
function isLetter(code: number): boolean {
  if (code >= 0x80) return true;
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
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
