/** FHIR R4 Consent.provision as far as it is told apart; every other member is a condition that is not enforced in detail yet. */
export interface Provision {
  readonly type?: unknown;
  readonly period?: unknown;
  readonly actor?: readonly unknown[];
  readonly purpose?: readonly unknown[];
  readonly provision?: readonly Provision[];
}

/** Is it shaped like a provision, all the way down? Lists must be lists, or what they hold could be overlooked. */
export function isProvision(value: unknown): value is Provision {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { type, actor, purpose, provision } = value as Readonly<Record<string, unknown>>;
  if (type !== undefined && type !== 'permit' && type !== 'deny') return false;
  if (![actor, purpose, provision].every((list) => list === undefined || Array.isArray(list))) return false;
  return provision === undefined || (provision as readonly unknown[]).every(isProvision);
}
