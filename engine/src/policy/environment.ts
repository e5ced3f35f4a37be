/** Circumstances of a rule, compiled: nothing is left to parse when a request arrives. */
import type { EnvironmentCondition, PolicyRule, Weekday } from './document.ts';
import { type Network, networkOf } from './network.ts';
import { refusePolicy } from './refuse-policy.ts';

export interface CompiledEnvironment {
  readonly assurance: CompiledAssurance | undefined;
  readonly time: CompiledTime | undefined;
  /** Milliseconds since the epoch; the end does not belong to it. */
  readonly period: { readonly start: number; readonly end: number } | undefined;
  readonly networks: readonly Network[] | undefined;
  readonly certificate: 'shown' | 'trusted' | undefined;
  readonly issuers: ReadonlySet<string> | undefined;
}

export interface CompiledAssurance {
  /** Undefined = any. */
  readonly acr: readonly string[] | undefined;
  /** Seconds. */
  readonly maxAge: number | undefined;
}

export interface CompiledTime {
  readonly zone: string;
  /** Made once, since making one is slow. */
  readonly clock: Intl.DateTimeFormat;
  readonly days: ReadonlySet<Weekday> | undefined;
  /** Minutes since midnight; `from` counts, `to` does not. From later than to means over midnight; a day is then the day on which it began. */
  readonly from: number;
  readonly to: number;
}

const DAY = 24 * 60;

/** Throws Problem `policy-invalid`; `at` is the rule's place. */
export function checkEnvironment(rule: PolicyRule, at: string): void {
  for (const key of ['environment', 'unless'] as const) checkOne(rule[key], `${at}.${key}`);
  if (rule.effect === 'permit') {
    if (rule.unless !== undefined) refusePolicy(`${at}.unless`, 'belongs on a deny; on a permit write environment');
    if (rule.environment?.assurance !== undefined && rule.caller?.kinds?.some((kind) => kind !== 'user'))
      refusePolicy(`${at}.environment.assurance`, 'only people sign in; use kinds: [user]');
  } else if (rule.environment?.assurance !== undefined) {
    refusePolicy(`${at}.environment.assurance`, 'a deny of those who are sure makes no sense; write it under unless');
  }
}

function checkOne(environment: EnvironmentCondition | undefined, at: string): void {
  for (const [index, text] of (environment?.networks ?? []).entries()) {
    if (networkOf(text) === undefined)
      refusePolicy(
        `${at}.networks[${index}]`,
        'write an address or a network whose bits end with its prefix, such as 10.0.0.0/8',
      );
  }
  const { start, end } = environment?.period ?? {};
  for (const moment of [start, end])
    if (moment !== undefined && Number.isNaN(Date.parse(moment))) refusePolicy(`${at}.period`, `there is no moment ${moment}`);
  if (start !== undefined && end !== undefined && Date.parse(start) >= Date.parse(end))
    refusePolicy(`${at}.period`, 'it ends before it begins');
  const { zone, from, to } = environment?.time ?? {};
  if (zone !== undefined && !isZone(zone)) refusePolicy(`${at}.time.zone`, `there is no time zone ${zone}`);
  if ((from === undefined) !== (to === undefined)) refusePolicy(`${at}.time`, 'write from and to, or neither');
  if (from !== undefined && from === to)
    refusePolicy(`${at}.time`, 'from and to are the same; leave both out for the whole day');
}

function isZone(zone: string): boolean {
  try {
    clockOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Throws RangeError for a zone that does not exist. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', weekday: 'long', hour: '2-digit', minute: '2-digit' });
}

/** Of what `checkEnvironment` let through. */
export function compileEnvironment(written: EnvironmentCondition | undefined): CompiledEnvironment | undefined {
  if (written === undefined) return undefined;
  const { assurance, time, period, networks, certificate, issuers } = written;
  return Object.freeze({
    assurance: assurance && Object.freeze({ acr: assurance.acr, maxAge: assurance.maxAge }),
    time:
      time &&
      Object.freeze({
        zone: time.zone,
        clock: clockOf(time.zone),
        days: time.days && new Set(time.days),
        from: time.from === undefined ? 0 : minutes(time.from),
        to: time.to === undefined ? DAY : minutes(time.to),
      }),
    period:
      period &&
      Object.freeze({
        start: period.start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(period.start),
        end: period.end === undefined ? Number.POSITIVE_INFINITY : Date.parse(period.end),
      }),
    networks: networks && Object.freeze(networks.map((text) => networkOf(text)!)),
    certificate,
    issuers: issuers && new Set(issuers),
  });
}

function minutes(text: string): number {
  const [hours, rest] = text.split(':').map(Number) as [number, number];
  return hours * 60 + rest;
}
