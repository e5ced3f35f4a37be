/** Method and path shape → interaction (FHIR R4 http.html#summary). One table; what is not in it is refused. */
import { Problem } from '../problem.ts';
import type { PathShape } from './path-shape.ts';
import type { Interaction } from './request.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Asked = Exclude<Interaction, 'batch' | 'transaction'> | 'bundle';

const table: Readonly<Record<PathShape['kind'], Readonly<Partial<Record<Method, Asked>>>>> = {
  system: { GET: 'search', POST: 'bundle' },
  metadata: { GET: 'capabilities' },
  'system-search': { POST: 'search' },
  'system-history': { GET: 'history-system' },
  'system-operation': { GET: 'operation', POST: 'operation' },
  type: {
    GET: 'search',
    POST: 'create',
    PUT: 'conditional-update',
    PATCH: 'conditional-patch',
    DELETE: 'conditional-delete',
  },
  'type-search': { POST: 'search' },
  'type-history': { GET: 'history-type' },
  'type-operation': { GET: 'operation', POST: 'operation' },
  instance: { GET: 'read', PUT: 'update', PATCH: 'patch', DELETE: 'delete' },
  'instance-history': { GET: 'history-instance' },
  'instance-operation': { GET: 'operation', POST: 'operation' },
  version: { GET: 'vread' },
  compartment: { GET: 'search' },
  'compartment-search': { POST: 'search' },
};

/** HEAD and OPTIONS are understood, and so decided, as the GET of the same target. */
export function interactionOf(method: string, shape: PathShape): Asked {
  const asked = table[shape.kind][methodOf(method)];
  if (asked === undefined) throw new Problem('method-not-allowed', 'This method is not defined for this URL.');
  return asked;
}

/** Methods are case-sensitive (RFC 9110 §9.1). */
function methodOf(method: string): Method {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'OPTIONS':
      return 'GET';
    case 'POST':
    case 'PUT':
    case 'PATCH':
    case 'DELETE':
      return method;
    default:
      throw new Problem('method-not-allowed', 'This method is not defined for this URL.');
  }
}
