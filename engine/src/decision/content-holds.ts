/** What a rule asks of a resource's content. Three answers: what cannot be told makes a deny hold and a permit not (I5). */
import { elementNodes } from '../fhir/element-path.ts';
import { referenceKey } from '../fhir/reference.ts';
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import { dateRange } from '../matching/date-range.ts';
import type { CompiledCodes, CompiledCondition, CompiledContent, ElementTest, Places } from '../policy/content.ts';
import type { Candidate } from './permit.ts';

export type Told = 'yes' | 'no' | 'unknown';

export interface Reader {
  /** `Type/id` of who asks. */
  readonly me: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly bases: readonly string[];
}

/** Undefined: not known. */
type Memberships = ReadonlySet<string> | undefined;

const CODE = name('code');
const CODING = name('coding');
const SYSTEM = name('system');
const REFERENCE = name('reference');
const VALUE = name('value');
const START = name('start');
const END = name('end');

/** `permit`: a resource about others too is not meant. */
export function contentHolds(
  content: CompiledContent,
  candidate: Candidate,
  reader: Reader,
  effect: 'permit' | 'deny',
  memberships: Memberships,
): boolean {
  const told = allOf([
    content.patients === undefined ? 'yes' : isAbout(content.patients, candidate, effect),
    content.codes === undefined ? 'yes' : holdsCode(content.codes, candidate),
    ...content.where.map((condition) => meets(condition, candidate, reader, memberships)),
  ]);
  return effect === 'permit' ? told === 'yes' : told !== 'no';
}

function isAbout(wanted: ReadonlySet<string>, { patients, undetermined }: Candidate, effect: 'permit' | 'deny'): Told {
  if (undetermined) return 'unknown';
  if (effect === 'deny') return patients.some((patient) => wanted.has(patient)) ? 'yes' : 'no';
  return patients.length > 0 && patients.every((patient) => wanted.has(patient)) ? 'yes' : 'no';
}

function holdsCode({ codes, bare, at }: CompiledCodes, candidate: Candidate): Told {
  if (at === undefined) return codeAnywhere(codes, bare, candidate);
  return valuesTold(at, candidate, (document, node) => isAmong(codes, document, node, []));
}

/** Every Coding below the resource, in document order: the tape holds a value's descendants right behind it. */
function codeAnywhere(codes: ReadonlySet<string>, bare: ReadonlySet<string>, { document, node }: Candidate): Told {
  const end = document.after(node);
  let unsure = false;
  for (let at = node + 1; at < end; at++) {
    if (!document.keyIs(at, CODE)) continue;
    const code = document.string(at);
    if (code === undefined || !bare.has(code)) continue;
    const system = document.member(document.parent(at), SYSTEM);
    if (system !== NONE) {
      if (codes.has(`${document.string(system)}|${code}`)) return 'yes';
    } else unsure ||= document.keyIs(document.parent(document.parent(at)), CODING);
  }
  return unsure ? 'unknown' : 'no';
}

function meets({ at, test }: CompiledCondition, candidate: Candidate, reader: Reader, memberships: Memberships): Told {
  switch (test.kind) {
    case 'exists': {
      const told = valuesTold(at, candidate, () => 'yes');
      return test.wanted || told === 'unknown' ? told : told === 'yes' ? 'no' : 'yes';
    }
    case 'values':
      return valuesTold(at, candidate, (document, node) => isAmong(test.values, document, node, reader.bases));
    case 'during':
      return valuesTold(at, candidate, (document, node) => isDuring(test, reader.now, document, node));
    case 'caller':
      return callerTold(
        test,
        valuesTold(at, candidate, (document, node) =>
          test.who === 'caller' ? isMe(reader, document, node) : isOurs(memberships, reader, document, node),
        ),
      );
  }
}

/** Whether one of the values meets a test. A primitive that is there without its value may be anything. */
function valuesTold(
  at: Places,
  { type, document, node }: Candidate,
  test: (document: JsonDocument, node: JsonNode) => Told,
): Told {
  let unsure = false;
  for (const { path, shadow } of at.get(type) ?? []) {
    const found = elementNodes(document, node, path);
    unsure ||= found.length === 0 && elementNodes(document, node, shadow).length > 0;
    for (const each of found) {
      const told = test(document, each);
      if (told === 'yes') return 'yes';
      unsure ||= told === 'unknown';
    }
  }
  return unsure ? 'unknown' : 'no';
}

/** A date is as wide as it is imprecise (dateRange), a Period as wide as what it leaves open; what lies partly in the time cannot be told. */
function isDuring(
  { start, end, last }: Extract<ElementTest, { kind: 'during' }>,
  now: number,
  document: JsonDocument,
  node: JsonNode,
): Told {
  const ofPeriod = document.isObject(node);
  const [first, final] = ofPeriod ? [document.member(node, START), document.member(node, END)] : [node, node];
  if (ofPeriod && first === NONE && final === NONE) return 'unknown';
  const low = first === NONE ? Number.NEGATIVE_INFINITY : dateRange(document.string(first) ?? '').low;
  const high = final === NONE ? Number.POSITIVE_INFINITY : dateRange(document.string(final) ?? '').high;
  if (Number.isNaN(low) || Number.isNaN(high)) return 'unknown';
  const from = Math.max(start, now - last);
  const to = last === Number.POSITIVE_INFINITY ? end : Math.min(end, now);
  if (low >= from && high <= to) return 'yes';
  return high <= from || low >= to ? 'no' : 'unknown';
}

function callerTold({ not }: Extract<ElementTest, { kind: 'caller' }>, told: Told): Told {
  if (!not || told === 'unknown') return told;
  return told === 'yes' ? 'no' : 'yes';
}

/** A text, a Coding, a CodeableConcept, a Reference, an Identifier or a Quantity. A concept without any code may mean everything. */
function isAmong(wanted: ReadonlySet<string>, document: JsonDocument, node: JsonNode, bases: readonly string[]): Told {
  if (!document.isObject(node)) return wanted.has(document.string(node) ?? document.raw(node)) ? 'yes' : 'no';
  const coding = document.member(node, CODING);
  if (coding !== NONE) {
    let unsure = document.first(coding) === NONE;
    for (let item = document.first(coding); item !== NONE; item = document.next(item)) {
      const told = isAmong(wanted, document, item, bases);
      if (told === 'yes') return 'yes';
      unsure ||= told === 'unknown';
    }
    return unsure ? 'unknown' : 'no';
  }
  const reference = document.string(document.member(node, REFERENCE));
  if (reference !== undefined) {
    const key = referenceKey(reference, bases);
    return wanted.has(key === undefined ? reference : `${key.type}/${key.id}`) ? 'yes' : 'no';
  }
  const system = document.string(document.member(node, SYSTEM));
  const code = document.string(document.member(node, CODE)) ?? document.string(document.member(node, VALUE));
  if (system === undefined || code === undefined) return 'unknown';
  return wanted.has(`${system}|${code}`) ? 'yes' : 'no';
}

/** Whether a Reference means the caller. Only a literal one to another person (of a person, or of a device to another device) is certainly somebody else: a role or an organization may be theirs. */
function isMe({ me, bases }: Reader, document: JsonDocument, node: JsonNode): Told {
  const key = referenceKey(document.string(document.member(node, REFERENCE)) ?? '', bases);
  if (me === undefined || key === undefined) return 'unknown';
  if (`${key.type}/${key.id}` === me) return 'yes';
  const mine = me.slice(0, me.indexOf('/'));
  const others = people.has(mine) ? people : mine === 'Device' ? peopleAndDevices : nobody;
  return others.has(key.type) ? 'no' : 'unknown';
}

/** Whether a Reference means a group of the caller's. A name alone may be any of them. */
function isOurs(memberships: Memberships, { bases }: Reader, document: JsonDocument, node: JsonNode): Told {
  const key = referenceKey(document.string(document.member(node, REFERENCE)) ?? '', bases);
  if (memberships === undefined || key === undefined) return 'unknown';
  return memberships.has(`${key.type}/${key.id}`) ? 'yes' : 'no';
}

const people: ReadonlySet<string> = new Set(['Patient', 'Practitioner', 'RelatedPerson']);
const peopleAndDevices: ReadonlySet<string> = new Set([...people, 'Device']);
/** Of a role, a place or an organization it cannot be told who speaks for it. */
const nobody: ReadonlySet<string> = new Set();

function allOf(told: readonly Told[]): Told {
  if (told.includes('no')) return 'no';
  return told.includes('unknown') ? 'unknown' : 'yes';
}
