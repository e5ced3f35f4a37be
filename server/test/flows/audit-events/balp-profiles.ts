// biome-ignore-all lint/suspicious/noExplicitAny: events are looked into as they came.
/**
 * IHE BALP 1.1 (profiles.ihe.net/ITI/BALP), by hand and from the text, for R4: what each profile asks of an event that claims it. It knows nothing of how Fireguard makes
 * events; that it is right is shown by IHE's own examples.
 */
const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const PT = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const RI = 'http://hl7.org/fhir/restful-interaction';
const AENT = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
const CUSTODIAN = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type|custodian';
const OAUTH = 'https://profiles.ihe.net/ITI/BALP/CodeSystem/UserAgentTypes|UserOauthAgent';
const BASE = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.';

interface Rest {
  readonly subtypes: readonly string[];
  readonly action: string;
  readonly client: string;
  readonly server: string;
  readonly users: readonly string[];
  readonly main: 'data' | 'query';
}

const writers = ['AUT', 'INF', 'CST'].map((code) => `${PT}|${code}`);
const [source, destination, application] = ['110153', '110152', '110150'].map((code) => `${DCM}|${code}`) as [
  string,
  string,
  string,
];
const write = { client: source, server: destination, users: writers, main: 'data' } as const;

const rest: Readonly<Record<string, Rest>> = {
  Create: { ...write, subtypes: ['create'], action: 'C' },
  Update: { ...write, subtypes: ['update', 'patch'], action: 'U' },
  Delete: { ...write, subtypes: ['delete'], action: 'D', client: application, server: CUSTODIAN },
  Read: {
    subtypes: ['read', 'vread'],
    action: 'R',
    client: destination,
    server: source,
    users: [`${PT}|IRCP`],
    main: 'data',
  },
  Query: {
    subtypes: ['search', 'search-type', 'search-system'],
    action: 'E',
    client: source,
    server: destination,
    users: [`${PT}|IRCP`],
    main: 'query',
  },
};

/** What is wrong with it, by the profiles that it claims and by FHIR R4 itself; empty = nothing. */
export function balpFaults(event: any): readonly string[] {
  const claimed: string[] = (event.meta?.profile ?? []).filter((one: string) => one.startsWith(BASE));
  return [...plainFaults(event), ...claimed.flatMap((one) => profileFaults(one.slice(BASE.length), event))];
}

export function balpClaims(event: any): readonly string[] {
  return (event.meta?.profile ?? []).map((one: string) => one.slice(BASE.length)).sort();
}

function profileFaults(name: string, event: any): readonly string[] {
  const form = rest[name.replace(/^Patient/, '')];
  if (form !== undefined) return restFaults(name, form, event);
  switch (name) {
    case 'AuthZconsent':
      return consentFaults(event);
    case 'PrivacyDisclosure.Source':
      return disclosureFaults(event);
    case 'OAUTHaccessTokenUse.Minimal':
      return say(name, [[one(agents(event, OAUTH).filter(hasJti)), 'one agent with the jti']]);
    case 'OAUTHaccessTokenUse.Comprehensive':
      return say(name, [
        [one(agents(event, application).filter((agent) => agent.who?.identifier?.value !== undefined)), 'the client by its id'],
        [
          agents(event, `${PT}|IRCP`).every(
            (agent) => hasJti(agent) && agent.requestor === true && agent.who?.identifier?.value !== undefined && agent.name,
          ),
          'the user by name, id and jti',
        ],
      ]);
    default:
      return [`unknown profile ${name}`];
  }
}

function restFaults(name: string, form: Rest, event: any): readonly string[] {
  const [clients, servers] = [agents(event, form.client), agents(event, form.server)];
  const users = form.users.flatMap((type) => agents(event, type)).filter((agent) => agent.requestor === true);
  const data = entities(event, '2').filter(({ role }: any) => ['4', '3', '20'].includes(role?.code) && role.system === ROLE);
  const queries = entities(event, '2').filter(({ role }: any) => role?.code === '24' && role.system === ROLE);
  const patients = entities(event, '1').filter(({ role }: any) => role?.code === '1' && role.system === ROLE);
  return say(name, [
    [event.type.code === 'rest' && event.type.system.endsWith('/audit-event-type'), 'type rest'],
    [
      one((event.subtype ?? []).filter(({ system, code }: any) => system === RI && form.subtypes.includes(code))),
      'one fitting subtype',
    ],
    [event.action === form.action, 'action'],
    [event.outcome === '0', 'success only'],
    [clients.some(isConnected), 'a client with an address'],
    [servers.some(isConnected), 'a server with an address'],
    [users.length <= 1 && users.every((user) => user.who !== undefined && user.network === undefined), 'at most one user'],
    [form.main === 'data' ? one(data) && data[0].what !== undefined : true, 'one data entity'],
    [
      form.main === 'query'
        ? one(queries) && queries[0].query !== undefined && queries[0].what === undefined && queries[0].detail === undefined
        : true,
      'one query entity',
    ],
    [!name.startsWith('Patient') || (one(patients) && patients[0].what !== undefined), 'one patient'],
    [(event.entity ?? []).filter(({ type }: any) => type?.code === 'XrequestId').length <= 1, 'at most one id of the request'],
  ]);
}

function consentFaults(event: any): readonly string[] {
  const kinds = (event.entity ?? []).map(({ type }: any) => type?.code);
  const [user] = agents(event, `${PT}|IRCP`);
  const [authorizer] = agents(event, 'http://terminology.hl7.org/CodeSystem/extra-security-role-type|authserver');
  return say('AuthZconsent', [
    [event.type.system === DCM && event.type.code === '110113', 'type 110113'],
    [event.subtype?.some(({ code }: any) => code === 'AuthZ-Consent' || code === 'AuthZ-Role'), 'subtype'],
    [event.action === 'E', 'action E'],
    [event.outcome === '0' || (event.outcome === '8' && event.outcomeDesc !== undefined), 'outcome, and why not'],
    [one(agents(event, application)) && isConnected(agents(event, application)[0]), 'client with an address'],
    [
      ['role', 'altId', 'name', 'media', 'purposeOfUse'].every((key) => agents(event, application)[0]?.[key] === undefined),
      'client',
    ],
    [user?.requestor === true && user.network === undefined, 'user'],
    [one(agents(event, 'http://terminology.hl7.org/CodeSystem/v3-RoleClass|PROV')), 'the organization'],
    [JSON.stringify(authorizer?.who) === JSON.stringify(event.source.observer), 'who decided is who observed'],
    [one(kinds.filter((kind: string) => kind === '1')), 'one patient'],
    [kinds.includes('Consent'), 'a consent'],
    [kinds.every((kind: string) => ['1', 'Consent', 'UserOauthAgent'].includes(kind)), 'nothing else'],
  ]);
}

function disclosureFaults(event: any): readonly string[] {
  return say('PrivacyDisclosure.Source', [
    [event.type.system === DCM && event.type.code === '110106', 'type 110106'],
    [one((event.subtype ?? []).filter(({ code }: any) => code === 'disclose')), 'subtype disclose'],
    [event.action === 'R', 'action R'],
    [event.outcome !== undefined, 'outcome'],
    [agents(event, source).some(isConnected), 'source'],
    [agents(event, destination).some(isConnected), 'recipient'],
    [one(entities(event, '1')), 'one patient'],
    [(event.entity ?? []).length >= 2, 'what was disclosed'],
  ]);
}

/** AuditEvent of R4: what must be there, sev-1, and times with a zone. */
function plainFaults(event: any): readonly string[] {
  return say('AuditEvent', [
    [event.resourceType === 'AuditEvent' && event.type?.code !== undefined, 'type'],
    [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(event.recorded), 'recorded is an instant in UTC'],
    [event.source?.observer !== undefined, 'observer'],
    [(event.agent ?? []).length > 0, 'an agent'],
    [event.agent.every(({ requestor }: any) => typeof requestor === 'boolean'), 'requestor of each agent'],
    [
      (event.entity ?? []).every(({ name, query }: any) => name === undefined || query === undefined),
      'sev-1: a name or a query',
    ],
    [event.outcome === undefined || ['0', '4', '8', '12'].includes(event.outcome), 'outcome'],
  ]);
}

const say = (profile: string, rules: readonly (readonly [unknown, string])[]) =>
  rules.filter(([holds]) => holds !== true).map(([, rule]) => `${profile}: ${rule}`);
const one = (list: readonly unknown[]) => list.length === 1;
const hasJti = (agent: any) => agent.policy?.some((policy: string) => policy.startsWith('urn:ietf:params:oauth:jti:')) === true;
const isConnected = (agent: any) =>
  agent.who !== undefined && agent.network?.address !== undefined && agent.media === undefined;
const entities = (event: any, type: string): any[] =>
  (event.entity ?? []).filter((entity: any) => entity.type?.system === AENT && entity.type.code === type);

function agents(event: any, type: string): any[] {
  return event.agent.filter((agent: any) => agent.type?.coding?.some(({ system, code }: any) => `${system}|${code}` === type));
}
