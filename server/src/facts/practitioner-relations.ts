/** How a Practitioner stands to patients, by what the upstream says: general practitioner, member of a care team, part of an encounter. */
import { elementNodes, name } from '@fireguard/engine';
import { type Ask, askFor, patientIds, targetsAt } from './ask.ts';
import { periodEnded } from './period.ts';
import type { RelationBook } from './relation-book.ts';

const STATUS = name('status');
const ACTIVE = name('active');
const CLASS = name('class');
const CODE = name('code');
const EMER = name('EMER');
const patientParameter = (ids: readonly string[]) => ['patient', ids.map((id) => `Patient/${id}`).join(',')] as const;

/** `who`: `Practitioner/id`. One search per kind of relation, whatever the number of patients. */
export async function practitionerRelations(
  ask: Ask,
  who: string,
  patients: readonly string[] | 'all',
  book: RelationBook,
): Promise<void> {
  await Promise.all([
    generalPractitioner(ask, who, patients, book),
    careTeams(ask, who, patients, book),
    encounters(ask, who, patients, book),
  ]);
}

async function generalPractitioner(
  ask: Ask,
  who: string,
  patients: readonly string[] | 'all',
  book: RelationBook,
): Promise<void> {
  const found = await askFor(ask, 'Patient', [['general-practitioner', who]], patients, (ids) => ['_id', ids.join(',')]);
  for (const { document, node, id } of found) {
    if (targetsAt(ask, document, node, 'generalPractitioner').includes(who)) book.add(id, 'general-practitioner');
  }
}

/** Only active teams, and members whose time in them has not ended. */
async function careTeams(ask: Ask, who: string, patients: readonly string[] | 'all', book: RelationBook): Promise<void> {
  const found = await askFor(ask, 'CareTeam', [['participant', who]], patients, patientParameter);
  for (const { document, node } of found) {
    if (!document.stringIs(document.member(node, STATUS), ACTIVE) || periodEnded(document, node, ask.now)) continue;
    const members = elementNodes(document, node, 'participant').filter((member) => !periodEnded(document, member, ask.now));
    if (!members.some((member) => targetsAt(ask, document, member, 'member').includes(who))) continue;
    for (const patient of patientIds(targetsAt(ask, document, node, 'subject'))) book.add(patient, 'care-team');
  }
}

const NEVER_TOOK_PLACE: ReadonlySet<string> = new Set(['cancelled', 'entered-in-error']);

/** An encounter counts after it has finished as well: who treated a patient may read what they wrote. */
async function encounters(ask: Ask, who: string, patients: readonly string[] | 'all', book: RelationBook): Promise<void> {
  const found = await askFor(ask, 'Encounter', [['participant', who]], patients, patientParameter);
  for (const { document, node } of found) {
    const status = document.string(document.member(node, STATUS));
    if (status === undefined || NEVER_TOOK_PLACE.has(status)) continue;
    if (!targetsAt(ask, document, node, 'participant.individual').includes(who)) continue;
    const emergency = document.stringIs(document.at(node, CLASS, CODE), EMER);
    for (const patient of patientIds(targetsAt(ask, document, node, 'subject')))
      book.add(patient, emergency ? 'emergency-encounter' : 'encounter');
  }
}
