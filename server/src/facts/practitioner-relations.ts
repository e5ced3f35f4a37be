/** How a Practitioner, a role or an Organization stands to patients, by what the upstream says: general practitioner, member of a care team, part of an encounter. */
import { elementNodes, type JsonDocument, type JsonNode, NONE, name } from '@fireguard/engine';
import { type Ask, askFor, patientIds, targetsAt } from './ask.ts';
import { periodEnded } from './period.ts';
import type { RelationBook } from './relation-book.ts';

const STATUS = name('status');
const ACTIVE = name('active');
const CODE = name('code');
const EMER = name('EMER');
const COVERAGE_PERIOD = name('coveragePeriod');
const COVERAGE_TIMING = name('coverageTiming');
const patientParameter = (ids: readonly string[]) => ['patient', ids.map((id) => `Patient/${id}`).join(',')] as const;

/** `who`: `Practitioner/id`, or a role with whoever holds it, or `Organization/id`. One search per kind of relation, whatever the number of patients. */
export async function practitionerRelations(
  ask: Ask,
  who: readonly string[],
  patients: readonly string[] | 'all',
  book: RelationBook,
): Promise<void> {
  await Promise.all([
    generalPractitioner(ask, who, patients, book),
    careTeams(ask, who, patients, book),
    // An organization takes no part in a visit.
    ...(who[0]!.startsWith('Organization/') ? [] : [encounters(ask, who, patients, book)]),
  ]);
}

async function generalPractitioner(
  ask: Ask,
  who: readonly string[],
  patients: readonly string[] | 'all',
  book: RelationBook,
): Promise<void> {
  const found = await askFor(ask, 'Patient', [['general-practitioner', who.join(',')]], patients, (ids) => [
    '_id',
    ids.join(','),
  ]);
  for (const { document, node, id } of found) {
    if (names(targetsAt(ask, document, node, 'generalPractitioner'), who)) book.add(id, 'general-practitioner');
  }
}

/** Only active teams, and members whose time in them has not ended. */
async function careTeams(
  ask: Ask,
  who: readonly string[],
  patients: readonly string[] | 'all',
  book: RelationBook,
): Promise<void> {
  const found = await askFor(ask, 'CareTeam', [['participant', who.join(',')]], patients, patientParameter);
  for (const { document, node } of found) {
    if (!document.stringIs(document.member(node, STATUS), ACTIVE) || periodEnded(document, node, ask.now)) continue;
    const members = elementNodes(document, node, 'participant').filter((member) => isMember(document, member, ask.now));
    if (!members.some((member) => names(targetsAt(ask, document, member, 'member'), who))) continue;
    for (const patient of patientIds(targetsAt(ask, document, node, 'subject'))) book.add(patient, 'care-team');
  }
}

function names(targets: readonly string[], who: readonly string[]): boolean {
  return targets.some((target) => who.includes(target));
}

/** R5 says when a member is there: for a time, which may have ended, or at hours, which are not ours to work out. */
function isMember(document: JsonDocument, member: JsonNode, now: number): boolean {
  if (document.member(member, COVERAGE_TIMING) !== NONE) return false;
  return !periodEnded(document, member, now) && !periodEnded(document, member, now, COVERAGE_PERIOD);
}

const NEVER_TOOK_PLACE: ReadonlySet<string> = new Set(['cancelled', 'entered-in-error']);

/** An encounter counts after it has finished as well: who treated a patient may read what they wrote. */
async function encounters(
  ask: Ask,
  who: readonly string[],
  patients: readonly string[] | 'all',
  book: RelationBook,
): Promise<void> {
  const found = await askFor(ask, 'Encounter', [['participant', who.join(',')]], patients, patientParameter);
  for (const { document, node } of found) {
    const status = document.string(document.member(node, STATUS));
    if (status === undefined || NEVER_TOOK_PLACE.has(status)) continue;
    // R4 calls them `individual`, R5 `actor`.
    const there = ['participant.individual', 'participant.actor'].flatMap((path) => targetsAt(ask, document, node, path));
    if (!names(there, who)) continue;
    // One Coding in R4, CodeableConcepts in R5.
    const classes = ['class', 'class.coding'].flatMap((path) => elementNodes(document, node, path));
    const emergency = classes.some((one) => document.stringIs(document.member(one, CODE), EMER));
    for (const patient of patientIds(targetsAt(ask, document, node, 'subject')))
      book.add(patient, emergency ? 'emergency-encounter' : 'encounter');
  }
}
