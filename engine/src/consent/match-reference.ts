/**
 * FHIR consent-data-meaning: `instance` is that resource; `related` it and what it points to, and by IHE PCF also what points to it (an encounter's
 * resources); `dependents` it and what points to it; `authoredby` what that one wrote.
 */
import { elementNodes } from '../fhir/element-path.ts';
import { referenceKey } from '../fhir/reference.ts';
import { name } from '../json/scan.ts';
import type { ConsentMatter } from './matter.ts';
import { isMembers } from './members.ts';
import { pointersOf } from './pointers.ts';
import { any, type Truth } from './truth.ts';

export function matchReference(value: unknown, matter: ConsentMatter, bases: readonly string[]): Truth {
  if (!isMembers(value)) return 'maybe';
  const { meaning, reference } = value;
  const text = isMembers(reference) ? reference['reference'] : undefined;
  const key = typeof text === 'string' ? referenceKey(text, bases) : undefined;
  if (key === undefined) return 'maybe';
  const named = `${key.type}/${key.id}`;
  switch (meaning) {
    case 'instance':
      return isInstance(named, matter);
    case 'dependents':
      return any([isInstance(named, matter), pointsTo(named, matter, bases)]);
    case 'related':
      return any([isInstance(named, matter), pointsTo(named, matter, bases), isPointedAt(named, matter)]);
    case 'authoredby':
      return isWrittenBy(named, matter, bases);
    default:
      return 'maybe';
  }
}

function isInstance(named: string, { type, id }: ConsentMatter): Truth {
  return id !== undefined && `${type}/${id}` === named ? 'yes' : 'no';
}

function pointsTo(named: string, { document, node }: ConsentMatter, bases: readonly string[]): Truth {
  return pointersOf(document, node, bases).includes(named) ? 'yes' : 'no';
}

function isPointedAt(named: string, { type, id, pointers }: ConsentMatter): Truth {
  if (!pointers.has(named)) return 'maybe';
  return id !== undefined && pointers.get(named)?.includes(`${type}/${id}`) === true ? 'yes' : 'no';
}

const REFERENCE = name('reference');
/** Elements that name who made a resource, of any type. */
const authors = [
  ...[
    'author',
    'performer',
    'performer.actor',
    'recorder',
    'asserter',
    'requester',
    'sender',
    'source',
    'enterer',
    'agent.who',
  ],
  ...[
    'informationSource',
    'operator',
    'prescriber',
    'provider',
    'orderer',
    'participant.individual',
    'custodian',
    'attester.party',
  ],
  ...['resultsInterpreter', 'responsible', 'consultingPerformer', 'authenticator', 'reporter'],
];
const people: ReadonlySet<string> = new Set(['Practitioner', 'Patient', 'RelatedPerson', 'Device']);

/** A person wrote it or did not; whether one of a group, an organization or a role did is not looked up. */
function isWrittenBy(named: string, { document, node }: ConsentMatter, bases: readonly string[]): Truth {
  const found = authors
    .flatMap((path) => elementNodes(document, node, path))
    .map((one) => {
      const text = document.string(document.member(one, REFERENCE));
      return text === undefined ? undefined : referenceKey(text, bases);
    });
  if (found.some((key) => key !== undefined && `${key.type}/${key.id}` === named)) return 'yes';
  const told = found.length > 0 && found.every((key) => key !== undefined && people.has(key.type));
  return told && people.has(named.slice(0, named.indexOf('/'))) ? 'no' : 'maybe';
}
