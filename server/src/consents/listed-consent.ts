/** The upstream's capability statement with Consent in it, where the upstream has none or its own are not served. */
import type { UpstreamAnswer } from '@fireguard/engine';

const interactions = ['read', 'vread', 'history-instance', 'history-type', 'search-type', 'create', 'update', 'delete'];
const served = { type: 'Consent', interaction: interactions.map((code) => ({ code })), versioning: 'versioned-update' };

interface Statement {
  rest?: { mode?: string; resource?: { type?: string }[] }[];
}

export function listedConsent(answered: UpstreamAnswer, alsoUpstream: boolean): UpstreamAnswer {
  if (answered.status !== 200) return answered;
  let statement: Statement;
  try {
    statement = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answered.body)) as Statement;
  } catch {
    return answered; // The engine says what is wrong with it.
  }
  const rest = statement.rest?.find(({ mode }) => mode === 'server') ?? statement.rest?.[0];
  if (rest === undefined) return answered;
  const others = (rest.resource ?? []).filter(({ type }) => type !== 'Consent');
  if (alsoUpstream && others.length < (rest.resource ?? []).length) return answered;
  rest.resource = [...others, served];
  return { ...answered, body: new TextEncoder().encode(JSON.stringify(statement)) };
}
