/** What a record says, in words that an officer reads at a glance. HTTP and FHIR names come last, in the drawer. */
import type { AuditRow } from '../admin-shapes.ts';

const acts: Readonly<Record<string, string>> = {
  capabilities: 'Asked what the server can do',
  'not-understood': 'Sent something that was not understood',
  batch: 'Sent a batch',
  transaction: 'Sent a transaction',
  password: 'Signed in with a password',
  'sign-out': 'Signed out',
  'consent-given': 'Allowed an app',
  'consent-refused': 'Did not allow an app',
  'token-issued': 'Got a token',
  'token-refused': 'Asked for a token',
  'token-revoked': 'Gave up a token',
  'user-added': 'Added a person',
  'user-disabled': 'Disabled a person',
  'user-enabled': 'Enabled a person',
  'user-removed': 'Removed a person',
  'user-roles-set': 'Changed roles',
  'client-added': 'Registered an app',
  'client-disabled': 'Disabled an app',
  'client-enabled': 'Enabled an app',
  'client-removed': 'Removed an app',
  'relations-set': 'Changed relations',
  'audit-search': 'Looked at the audit',
  'audit-event-read': 'Looked at one audit record',
  'audit-verified': 'Checked the audit journal',
  'journal-repaired': 'Set half a record aside after a crash',
  start: 'Fireguard started',
  stop: 'Fireguard stopped',
};

const ones: Readonly<Record<string, string>> = {
  read: 'Read',
  vread: 'Read an old version of',
  update: 'Changed',
  patch: 'Changed',
  delete: 'Deleted',
  create: 'Added',
  'conditional-update': 'Changed',
  'conditional-patch': 'Changed',
  'conditional-delete': 'Deleted',
  'history-instance': 'Read the history of',
};

export function didWhat(row: AuditRow): string {
  const known = acts[row.action];
  if (known !== undefined) return known;
  const noun = row.type === undefined ? undefined : nounOf(row.type);
  const verb = ones[row.action];
  if (verb !== undefined)
    return noun === undefined ? `${verb} a record` : `${verb} ${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
  if (row.action === 'search') return noun === undefined ? 'Searched' : `Searched ${plural(noun)}`;
  const words = row.action.replaceAll('-', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${noun === undefined ? '' : ` (${noun})`}`;
}

/** The second line: how much, for what, or how a refusal looked to the one who asked. */
export function withWhat(row: AuditRow): string {
  const parts: string[] = [];
  if (row.kind === 'request' && row.outcome === 'deny') {
    if (row.status === 404) return 'Shown as not found';
    if (row.status === 401) return 'Without a valid token';
    if (row.status === 200) return 'Shown as empty';
  }
  if (row.kind === 'request' && row.action === 'search')
    parts.push(`${row.resources.length} ${row.resources.length === 1 ? 'entry' : 'entries'}`);
  if (row.masked.length > 0) parts.push('parts masked');
  parts.push(...row.purposes.map(purposeWord));
  if (row.kind === 'administration' && row.reason !== undefined) return row.reason;
  return parts.join(', ');
}

export function who(row: AuditRow): string {
  if (row.person !== undefined) return row.person.name;
  if (row.client !== undefined) return row.client.name;
  return row.kind === 'start' || row.kind === 'stop' ? 'Fireguard' : 'Not signed in';
}

/** The app; empty where the app itself is who. */
export function through(row: AuditRow): string {
  return row.person !== undefined && row.client !== undefined ? row.client.name : '';
}

export const purposes: readonly (readonly [code: string, word: string])[] = [
  ['TREAT', 'Treatment'],
  ['ETREAT', 'Emergency'],
  ['BTG', 'Broken glass'],
  ['HPAYMT', 'Payment'],
  ['HOPERAT', 'Operations'],
  ['HRESCH', 'Research'],
  ['PATRQT', 'Patient request'],
];

export function purposeWord(code: string): string {
  return (purposes.find(([known]) => known === code)?.[1] ?? code).toLowerCase();
}

/** `MedicationRequest` → medication request. */
function nounOf(type: string): string {
  return type.replaceAll(/(?<!^)([A-Z])/g, ' $1').toLowerCase();
}

function plural(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  if (/(history|s)$/.test(noun)) return noun;
  return `${noun}s`;
}

const statusWords: Readonly<Record<number, string>> = {
  200: 'the answer',
  201: 'added',
  204: 'done',
  304: 'not changed',
  400: 'not understood',
  401: 'sign in first',
  403: 'not allowed',
  404: 'not found',
  405: 'not possible here',
  409: 'conflict',
  410: 'gone',
  412: 'changed meanwhile',
  422: 'not right',
  429: 'too many requests',
  503: 'not available',
};

export function wasTold(status: number): string {
  const word = statusWords[status];
  return word === undefined ? String(status) : `${status}, ${word}`;
}
