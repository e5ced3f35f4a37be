/** All rows, in the order in which they run: first what is read, then what is granted, then what is refused. */
import type { Row } from '../row.ts';
import { assertion } from './assertion.ts';
import { backend } from './backend.ts';
import { besideRows } from './beside.ts';
import { brands } from './brands.ts';
import { certificates } from './certificates.ts';
import { context } from './context.ts';
import { discovery } from './discovery.ts';
import { dpopRows } from './dpop.ts';
import { ehr } from './ehr.ts';
import { exchangeRows } from './exchange.ts';
import { factors } from './factors.ts';
import { fapi } from './fapi.ts';
import { introspection } from './introspection.ts';
import { keys } from './keys.ts';
import { launch } from './launch.ts';
import { negative } from './negative.ts';
import { openid } from './openid.ts';
import { pages } from './pages.ts';
import { par } from './par.ts';
import { refresh } from './refresh.ts';
import { registration } from './registration.ts';
import { resources } from './resources.ts';
import { scopes } from './scopes.ts';
import { sessions } from './sessions.ts';
import { signOut } from './sign-out.ts';
import { time } from './time.ts';
import { transport } from './transport.ts';

export const allRows: readonly Row[] = Object.freeze([
  ...discovery,
  ...transport,
  ...brands,
  ...launch,
  ...openid,
  ...refresh,
  ...backend,
  ...assertion,
  ...keys,
  ...introspection,
  ...negative,
  ...scopes,
  ...resources,
  ...ehr,
  ...context,
  ...pages,
  ...par,
  ...dpopRows,
  ...registration,
  ...sessions,
  ...besideRows,
  ...exchangeRows,
  ...certificates,
  ...fapi,
  ...factors,
  ...signOut,
  ...time,
]);
