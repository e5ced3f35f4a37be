/**
 * What a caller is a member or part of, as `Type/id`: their roles, the organizations of these and those above them (of a device its owner, of a place who runs it), their
 * care teams and groups, and the teams and groups that hold any of these. A few rounds of one search per type; a chain longer than that cannot be told, which denies.
 */
import { elementNodes, name } from '@fireguard/engine';
import { type Ask, askFor, targetsAt } from './ask.ts';
import { periodEnded } from './period.ts';
import { type FoundResource, unavailable } from './search-all.ts';

const ACTIVE = name('active');
const STATUS = name('status');
const INACTIVE = name('inactive');
/** Organizations above organizations, and groups in groups. */
const mostRounds = 6;
const kinds: ReadonlySet<string> = new Set([
  ...['Practitioner', 'Patient', 'RelatedPerson', 'PractitionerRole'],
  ...['Organization', 'Location', 'Device'],
]);

/** Undefined for a caller of whom this can be told. */
export async function upstreamMemberships(ask: Ask, who: string): Promise<ReadonlySet<string> | undefined> {
  if (!kinds.has(who.slice(0, who.indexOf('/')))) return undefined;
  const found = new Set([who, ...(await ownOf(ask, who))]);
  for (const organization of await organizationsAbove(ask, found)) found.add(organization);
  await gatherGroups(ask, found);
  return found;
}

/** The organizations that the caller is, or belongs to by a role, as the owner of a device or place says, or above these. */
export async function organizationsOf(ask: Ask, who: string): Promise<readonly string[]> {
  if (!kinds.has(who.slice(0, who.indexOf('/')))) return [];
  return [...(await organizationsAbove(ask, new Set([who, ...(await ownOf(ask, who))])))];
}

/** Of a PractitionerRole that is in force: who holds it. Undefined when it is not. */
export async function holderOf(ask: Ask, id: string): Promise<readonly string[] | undefined> {
  const found = await askFor(ask, 'PractitionerRole', [], [id], (ids) => ['_id', ids.join(',')]);
  const role = found.find((one) => one.id === id);
  return role === undefined || !isInForce(ask, role) ? undefined : targetsAt(ask, role.document, role.node, 'practitioner');
}

/** What the caller's own resource says that they are part of. */
async function ownOf(ask: Ask, who: string): Promise<readonly string[]> {
  const [type, id] = who.split('/') as [string, string];
  switch (type) {
    case 'Practitioner':
      return rolesOf(ask, who);
    case 'PractitionerRole':
      return targetsOf(ask, type, id, ['practitioner', 'organization']);
    case 'Location':
      return targetsOf(ask, type, id, ['managingOrganization']);
    case 'Device':
      return targetsOf(ask, type, id, ['owner']);
    default:
      return [];
  }
}

async function targetsOf(ask: Ask, type: string, id: string, paths: readonly string[]): Promise<readonly string[]> {
  const found = await askFor(ask, type, [], [id], (ids) => ['_id', ids.join(',')]);
  return found
    .filter((one) => one.id === id && isInForce(ask, one))
    .flatMap(({ document, node }) => paths.flatMap((path) => targetsAt(ask, document, node, path)));
}

/** Active roles within their time, each with its organization. */
async function rolesOf(ask: Ask, who: string): Promise<readonly string[]> {
  const roles = await askFor(ask, 'PractitionerRole', [['practitioner', who]], 'all', never);
  return roles
    .filter((role) => isInForce(ask, role) && targetsAt(ask, role.document, role.node, 'practitioner').includes(who))
    .flatMap(({ document, node, id }) => [`PractitionerRole/${id}`, ...targetsAt(ask, document, node, 'organization')]);
}

async function organizationsAbove(ask: Ask, found: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const all = new Set([...found].filter((one) => one.startsWith('Organization/')));
  let asked = [...all];
  for (let round = 0; asked.length > 0; round++) {
    if (round === mostRounds) throw unavailable('Organization: more levels than may be read');
    const ids = asked.map((one) => one.slice('Organization/'.length));
    const organizations = await askFor(ask, 'Organization', [], ids, (chunk) => ['_id', chunk.join(',')]);
    asked = organizations
      .flatMap(({ document, node }) => targetsAt(ask, document, node, 'partOf'))
      .filter((above) => above.startsWith('Organization/') && !all.has(above));
    for (const above of asked) all.add(above);
  }
  return all;
}

/** Care teams and groups that hold the user, or something that holds the user. */
async function gatherGroups(ask: Ask, found: Set<string>): Promise<void> {
  let asked = [...found];
  for (let round = 0; asked.length > 0; round++) {
    if (round === mostRounds) throw unavailable('Group: more levels than may be read');
    const holding = await Promise.all([groupsOf(ask, asked), teamsOf(ask, asked)]);
    asked = holding.flat().filter((one) => !found.has(one));
    for (const one of asked) found.add(one);
  }
}

async function groupsOf(ask: Ask, members: readonly string[]): Promise<readonly string[]> {
  const able = members.filter((one) => /^(Practitioner|PractitionerRole|Patient|Group|Device)\//.test(one));
  const groups = await askFor(ask, 'Group', [], able, (chunk) => ['member', chunk.join(',')]);
  return groups
    .filter((group) => isInForce(ask, group))
    .filter(({ document, node }) =>
      elementNodes(document, node, 'member').some(
        (member) =>
          !periodEnded(document, member, ask.now) &&
          document.boolean(document.member(member, INACTIVE)) !== true &&
          targetsAt(ask, document, member, 'entity').some((one) => able.includes(one)),
      ),
    )
    .map(({ id }) => `Group/${id}`);
}

async function teamsOf(ask: Ask, members: readonly string[]): Promise<readonly string[]> {
  const able = members.filter((one) => !/^(Group|Location|Device)\//.test(one));
  const teams = await askFor(ask, 'CareTeam', [], able, (chunk) => ['participant', chunk.join(',')]);
  return teams
    .filter(
      ({ document, node }) => document.stringIs(document.member(node, STATUS), ACTIVE) && !periodEnded(document, node, ask.now),
    )
    .filter(({ document, node }) =>
      elementNodes(document, node, 'participant').some(
        (member) =>
          !periodEnded(document, member, ask.now) &&
          ['member', 'onBehalfOf'].some((path) => targetsAt(ask, document, member, path).some((one) => able.includes(one))),
      ),
    )
    .map(({ id }) => `CareTeam/${id}`);
}

function isInForce(ask: Ask, { document, node }: FoundResource): boolean {
  return document.boolean(document.member(node, ACTIVE)) !== false && !periodEnded(document, node, ask.now);
}

function never(): readonly [string, string] {
  throw new Error('asked without ids');
}
