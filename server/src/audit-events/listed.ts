/** The upstream's capability statement with AuditEvent as we serve it, whatever the upstream says of its own. */
import type { UpstreamAnswer } from '@fireguard/engine';

const served = {
  type: 'AuditEvent',
  interaction: ['read', 'vread', 'search-type', 'create'].map((code) => ({ code })),
  versioning: 'versioned',
};

interface Statement {
  rest?: { mode?: string; resource?: { type?: string }[] }[];
}

export function listed(answered: UpstreamAnswer): UpstreamAnswer {
  if (answered.status !== 200) return answered;
  let statement: Statement;
  try {
    statement = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answered.body)) as Statement;
  } catch {
    return answered; // The engine says what is wrong with it.
  }
  const rest = statement.rest?.find(({ mode }) => mode === 'server') ?? statement.rest?.[0];
  if (rest === undefined) return answered;
  rest.resource = [...(rest.resource ?? []).filter(({ type }) => type !== served.type), served];
  return { ...answered, body: new TextEncoder().encode(JSON.stringify(statement)) };
}
