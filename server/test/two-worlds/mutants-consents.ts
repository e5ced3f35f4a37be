/** Engines that read Consents wrongly, one thing each. */
import type { Mutant } from './mutants.ts';

const of = (id: string, file: string, find: string, replace: string): Mutant => ({
  id,
  file: `consent/${file}`,
  find,
  replace,
});

export const consentMutants: readonly Mutant[] = [
  of('other-codes-are-no-narrower-ones', 'match-code.ts', "return system === SNOMED ? 'maybe' : 'no';", "return 'no';"),
  of('texts-are-no-codes', 'match-code.ts', "truths.push('maybe');", "truths.push('no');"),
  of(
    'over-the-end-is-outside',
    'match-data-period.ts',
    "range.to <= wanted.to) ? 'yes' : 'maybe';",
    "range.to <= wanted.to) ? 'yes' : 'no';",
  ),
  of(
    'without-a-time-is-outside',
    'match-data-period.ts',
    "ranges.some((range) => range === undefined)) return 'maybe';",
    "ranges.some((range) => range === undefined)) return 'no';",
  ),
  of(
    'no-types-of-documents',
    'match-class.ts',
    "return documents.has(matter.type) ? matchCode({ coding: [value] }, matter) : 'no';",
    "return 'no';",
  ),
  of('media-told-elsewhere', 'match-class.ts', "return found.length === 0 ? 'maybe' : 'no';", "return 'no';"),
  of(
    'nothing-points-here',
    'match-reference.ts',
    "if (!pointers.has(named)) return 'maybe';",
    "if (!pointers.has(named)) return 'no';",
  ),
  of(
    'related-only-one-way',
    'match-reference.ts',
    'return any([isInstance(named, matter), pointsTo(named, matter, bases), isPointedAt(named, matter)]);',
    'return any([isInstance(named, matter), isPointedAt(named, matter)]);',
  ),
  of(
    'dependents-are-the-thing-itself',
    'match-reference.ts',
    'return any([isInstance(named, matter), pointsTo(named, matter, bases)]);',
    'return isInstance(named, matter);',
  ),
  of(
    'unknown-authors-are-others',
    'match-reference.ts',
    "return told && people.has(named.slice(0, named.indexOf('/'))) ? 'no' : 'maybe';",
    "return 'no';",
  ),
  of(
    'levels-as-they-are-named',
    'match-labels.ts',
    "return (effect === 'permit' ? level <= rank : level >= rank) ? 'yes' : 'no';",
    "return level === rank ? 'yes' : 'no';",
  ),
  of(
    'a-part-of-the-sensitivities',
    'match-labels.ts',
    "return covered ? 'yes' : 'maybe';",
    "return covered || true ? 'yes' : 'maybe';",
  ),
  of('reading-is-no-use', 'match-caller.ts', "reads: { access: 'yes', use: 'maybe',", "reads: { access: 'yes', use: 'no',"),
  of(
    'groups-that-nobody-knows',
    'match-caller.ts',
    "return groups.has(type) && memberships !== undefined ? 'no' : 'maybe';",
    "return 'no';",
  ),
  of(
    'any-role-receives',
    'match-caller.ts',
    "if (roles.some((role) => !recipients.has(role))) return 'maybe';",
    "if (roles.some((role) => !recipients.has(role))) return 'no';",
  ),
  of('one-purpose-permits-all', 'match-caller.ts', "if (effect === 'deny') return any(each);", 'return any(each);'),
  of('what-nobody-understands-is-not-so', 'match-data.ts', "return 'maybe';", "return 'no';"),
  of('a-focus-leaves-the-rest-open', 'outcomes.ts', 'if (root.focused) outcomes |= DENY;', ''),
  of(
    'exceptions-of-exceptions',
    'outcomes.ts',
    'exceptions: provision.exceptions.flatMap((one) => prepare(one, context) ?? []),',
    'exceptions: [],',
  ),
  of(
    'some-data-permitted-all-open',
    'outcomes.ts',
    "if (within !== 'yes') outcomes |= root.effect === 'permit' ? DENY : NONE;",
    "if (within !== 'yes') outcomes |= NONE;",
  ),
  of('roots-read-one-way', 'read-r4.ts', '{ ...base, exceptions: [...base.exceptions, asException] },', ''),
  of(
    'r4-members-of-any-kind',
    'read-r4.ts',
    "if (consent['implicitRules'] !== undefined || hasOther(consent, members)) return 'unreadable';",
    '',
  ),
  of('r5-in-force-forever', 'read-r5.ts', 'const when = period === undefined ?', 'const when = true ?'),
  of('anybodys-consents', 'read-r4.ts', "if (!names(consent['patient'], context)) return 'unreadable';", ''),
  of(
    'agreed-to-breaking-the-glass',
    'judge-consents.ts',
    'return caller.purposes.some(isBreakGlass) ? noEffect :',
    'return caller.purposes.length > 9 ? noEffect :',
  ),
];
