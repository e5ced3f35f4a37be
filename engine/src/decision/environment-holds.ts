/** The circumstances of a rule held against a request: settled once per request, from the caller and the moment alone. */
import type { Caller } from '../caller.ts';
import type { Weekday } from '../policy/document.ts';
import type { CompiledAssurance, CompiledEnvironment, CompiledTime } from '../policy/environment.ts';
import { isWithin } from '../policy/network.ts';

/** `unsure`: everything holds but how surely the person signed in. `unknown`: it cannot be told, which is a reason to deny. */
export type Holds = 'yes' | 'no' | 'unsure' | 'unknown';

export function environmentHolds(environment: CompiledEnvironment | undefined, caller: Caller, now: number): Holds {
  if (environment === undefined) return 'yes';
  const { assurance, time, period, networks, certificate, issuers } = environment;
  if (period !== undefined && !(period.start <= now && now < period.end)) return 'no';
  if (time !== undefined && !isDuring(time, now)) return 'no';
  if (certificate !== undefined && !showsCertificate(caller, certificate)) return 'no';
  if (issuers !== undefined && !(caller.token !== undefined && issuers.has(caller.token.issuer))) return 'no';
  const within = networks === undefined || isWithin(networks, caller.address);
  if (within !== true) return within === undefined ? 'unknown' : 'no';
  if (assurance === undefined || isAssured(assurance, caller, now)) return 'yes';
  return caller.kind === 'user' ? 'unsure' : 'no';
}

function showsCertificate({ certificate }: Caller, wanted: 'shown' | 'trusted'): boolean {
  return certificate !== undefined && (wanted === 'shown' || certificate.trusted);
}

/** RFC 9470 §4: one of the classes, and lately enough. A sign-in of which nothing is known is neither; one in the future is no sign-in. */
function isAssured({ acr, maxAge }: CompiledAssurance, { signIn }: Caller, now: number): boolean {
  if (signIn === undefined) return false;
  if (acr !== undefined && !acr.includes(signIn.acr)) return false;
  return maxAge === undefined || (signIn.at <= now + CLOCKS && now - signIn.at <= maxAge * 1000);
}

/** Milliseconds by which the clock of an authorization server may be ahead. */
const CLOCKS = 5000;

const weekdays: readonly Weekday[] = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function isDuring({ clock, days, from, to }: CompiledTime, now: number): boolean {
  const { day, minute } = localTime(clock, now);
  const late = from < to ? minute >= from && minute < to : minute >= from;
  const early = from > to && minute < to;
  if (!late && !early) return false;
  return days === undefined || days.has(weekdays[early ? (day + 6) % 7 : day]!);
}

/** Day of the week (0 = Sunday) and minutes since midnight. */
function localTime(clock: Intl.DateTimeFormat, now: number): { readonly day: number; readonly minute: number } {
  const parts = Object.fromEntries(clock.formatToParts(now).map(({ type, value }) => [type, value]));
  return {
    day: weekdays.indexOf(parts['weekday']!.toLowerCase() as Weekday),
    minute: Number(parts['hour']) * 60 + Number(parts['minute']),
  };
}
