/** Which of the state file's clients to take: one that is registered for all of the scope, else the one registered for most of it. */
import { narrow, parseScopes } from '@fireguard/engine';
import { CliError } from '../cli-error.ts';
import type { State, StateClient } from './state-file.ts';

/** `named`: a client_id to take whatever it is registered for. */
export function chooseClient(state: State, scope: string, named: string | undefined): StateClient {
  const backend = parseScopes(scope).some((one) => one.kind === 'resource' && one.context === 'system');
  const fitting = state.clients.filter(
    (client) => (client.kind === 'backend') === backend && (backend || client.redirect_uris.length > 0),
  );
  if (named !== undefined) {
    const found = state.clients.find(({ client_id }) => client_id === named);
    if (found === undefined) throw new CliError(`The state file holds no client ${named}.`);
    return found;
  }
  const asked = parseScopes(scope);
  const best = fitting
    .map((client, at) => ({
      client,
      at,
      common: narrow(asked, parseScopes(client.scope)).filter((text) => asked.some((one) => one.text === text)).length,
    }))
    .sort((one, other) => other.common - one.common || one.at - other.at)[0];
  if (best === undefined)
    throw new CliError(`The state file holds no ${backend ? 'backend service' : 'app'} that could ask for this scope.`);
  return best.client;
}
