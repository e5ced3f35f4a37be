/** The steps a person goes through, in this order, each only if needed: sign in, take up the EHR's launch, choose a patient, choose a visit, consent. */
import { parseScopes } from '@fireguard/engine';
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { meets, wantedAcr } from './assurance.ts';
import type { KnownPerson } from './audit-drafts.ts';

const { base, Check, Prompt } = interactionPolicy;

/** Checks whose prompt a second step alone can answer: who it is, is known. */
export const stepUpReasons: ReadonlySet<string> = new Set(['second_factor_missing', 'acr_insufficient']);

/** `secondFactorRoles`: whoever holds one of them signs in with two factors, also in a session that began before. */
export function loginPolicy(secondFactorRoles: readonly string[]): interactionPolicy.DefaultPolicy {
  const policy = base();
  const login = policy.get('login');
  login?.checks.add(
    new Check('second_factor_missing', 'a second factor is required', 'login_required', (ctx) => {
      const person = ctx.oidc.account?.['person'] as KnownPerson | undefined;
      const needed = person?.roles.some((role) => secondFactorRoles.includes(role)) === true;
      return needed && !meets(ctx.oidc.session?.acr, 'aal2') ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
    }),
  );
  // RFC 9470 §4: what the app asks for is asked of the person, or refused; a weaker sign-in is no answer.
  login?.checks.add(
    new Check('acr_insufficient', 'the requested assurance is required', 'login_required', (ctx) => {
      const wanted = wantedAcr(ctx.oidc.params?.['acr_values']);
      return wanted !== undefined && !meets(ctx.oidc.session?.acr, wanted) ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
    }),
  );
  // A session outlives a person's right to sign in: a disabled person is asked again, and refused there.
  login?.checks.add(
    new Check('account_gone', 'End-User authentication is required', (ctx) =>
      ctx.oidc.session?.accountId !== undefined && ctx.oidc.account === undefined
        ? Check.REQUEST_PROMPT
        : Check.NO_NEED_TO_PROMPT,
    ),
  );
  policy.add(
    new Prompt(
      { name: 'launch', requestable: false },
      new Check('launch_untaken', 'the launch must be taken up', 'interaction_required', (ctx) =>
        ctx.oidc.params?.['launch'] !== undefined && ctx.oidc.result?.['launch'] === undefined
          ? Check.REQUEST_PROMPT
          : Check.NO_NEED_TO_PROMPT,
      ),
    ),
    1,
  );
  policy.add(
    new Prompt(
      { name: 'patient', requestable: false },
      new Check('patient_missing', 'a patient must be chosen', 'interaction_required', (ctx) =>
        needsPatient(scopeOf(ctx)) && ctx.oidc.result?.['patient'] === undefined
          ? Check.REQUEST_PROMPT
          : Check.NO_NEED_TO_PROMPT,
      ),
    ),
    2,
  );
  policy.add(
    new Prompt(
      { name: 'encounter', requestable: false },
      new Check('encounter_missing', 'a visit must be chosen', 'interaction_required', (ctx) =>
        asksFor(scopeOf(ctx), 'encounter') && ctx.oidc.result?.['encounter'] === undefined
          ? Check.REQUEST_PROMPT
          : Check.NO_NEED_TO_PROMPT,
      ),
    ),
    3,
  );
  return policy;
}

/** SMART App Launch 2.2 §Scopes and patient context: a patient/ scope implies that a patient is in context, and so does a visit. */
export function needsPatient(scope: string): boolean {
  return parseScopes(scope).some(
    (one) => (one.kind === 'resource' && one.context === 'patient') || (one.kind === 'launch' && one.target !== undefined),
  );
}

function asksFor(scope: string, target: string): boolean {
  return parseScopes(scope).some((one) => one.kind === 'launch' && one.target === target);
}

function scopeOf(ctx: KoaContextWithOIDC): string {
  const scope = ctx.oidc.params?.['scope'];
  return typeof scope === 'string' ? scope : '';
}
