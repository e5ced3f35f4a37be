/** The steps a person goes through, in this order, each only if needed: sign in, take up the EHR's launch, choose a patient, choose a visit, consent. */
import { parseScopes } from '@fireguard/engine';
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';

const { base, Check, Prompt } = interactionPolicy;

export function loginPolicy(): interactionPolicy.DefaultPolicy {
  const policy = base();
  // A session outlives a person's right to sign in: a disabled person is asked again, and refused there.
  policy
    .get('login')
    ?.checks.add(
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
