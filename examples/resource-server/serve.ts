/** The smallest FHIR server that is worth protecting: reads of resources that it was given, each with the patient whom it is about. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Caller, VerifyToken } from './verify-token.ts';

export interface Kept {
  readonly resource: { readonly resourceType: string; readonly id: string } & Readonly<Record<string, unknown>>;
  readonly patient: string;
}

/** `path`: of the FHIR base, `/fhir`. */
export function serve(kept: readonly Kept[], verify: VerifyToken, path: string): Server {
  return createServer((request, response) => {
    answer().catch(() => send(response, 500, outcome('exception')));
    async function answer(): Promise<void> {
      const caller = await verify(request.headers.authorization);
      if (caller === undefined) {
        const error = request.headers.authorization === undefined ? '' : ' error="invalid_token"';
        return send(response, 401, outcome('login'), { 'www-authenticate': `Bearer${error}` });
      }
      const [type = '', id = ''] = (request.url ?? '').startsWith(`${path}/`)
        ? request.url!.slice(path.length + 1).split('/')
        : [];
      if (request.method !== 'GET') return send(response, 405, outcome('not-supported'), { allow: 'GET' });
      const found = kept.find(({ resource }) => resource.resourceType === type && resource.id === id);
      // Hidden and absent are one answer.
      if (found === undefined || !mayRead(caller, found)) return send(response, 404, outcome('not-found'));
      return send(response, 200, found.resource);
    }
  });
}

/** A scope with a search parameter is not enforced here, so it opens nothing. */
function mayRead(caller: Caller, { resource, patient }: Kept): boolean {
  return caller.scopes.some((scope) => {
    if (scope.kind !== 'resource' || scope.parameters.length > 0 || !scope.actions.includes('r')) return false;
    if (scope.type !== '*' && scope.type !== resource.resourceType) return false;
    // Whom a user may see is known to nobody here: only what the token itself limits is served.
    return scope.context === 'system' || (scope.context === 'patient' && caller.patient === patient);
  });
}

function outcome(code: string): object {
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] };
}

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, {
    'content-type': 'application/fhir+json; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(JSON.stringify(body));
}
