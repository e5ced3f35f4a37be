/** All rows, in the order in which they run: first what is read, then what is granted, then what is refused. */
import type { Row } from '../row.ts';
import { assertion } from './assertion.ts';
import { backend } from './backend.ts';
import { discovery } from './discovery.ts';
import { dpopRows } from './dpop.ts';
import { ehr } from './ehr.ts';
import { introspection } from './introspection.ts';
import { launch } from './launch.ts';
import { negative } from './negative.ts';
import { openid } from './openid.ts';
import { pages } from './pages.ts';
import { par } from './par.ts';
import { refresh } from './refresh.ts';
import { registration } from './registration.ts';
import { scopes } from './scopes.ts';
import { sessions } from './sessions.ts';
import { transport } from './transport.ts';

export const allRows: readonly Row[] = Object.freeze([
  ...discovery,
  ...transport,
  ...launch,
  ...openid,
  ...refresh,
  ...backend,
  ...assertion,
  ...introspection,
  ...negative,
  ...scopes,
  ...ehr,
  ...pages,
  ...par,
  ...dpopRows,
  ...registration,
  ...sessions,
]);
