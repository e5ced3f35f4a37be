/** The steps a person goes through, in this order, each only if needed: sign in, choose a patient, consent. */
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
      { name: 'patient', requestable: false },
      new Check('patient_missing', 'a patient must be chosen', 'interaction_required', (ctx) =>
        needsPatient(scopeOf(ctx)) && ctx.oidc.result?.['patient'] === undefined
          ? Check.REQUEST_PROMPT
          : Check.NO_NEED_TO_PROMPT,
      ),
    ),
    1,
  );
  return policy;
}

/** SMART App Launch 2.2 §Scopes and patient context: a patient/ scope implies that a patient is in context. */
export function needsPatient(scope: string): boolean {
  return parseScopes(scope).some(
    (one) => (one.kind === 'resource' && one.context === 'patient') || (one.kind === 'launch' && one.target === 'patient'),
  );
}

function scopeOf(ctx: KoaContextWithOIDC): string {
  const scope = ctx.oidc.params?.['scope'];
  return typeof scope === 'string' ? scope : '';
}
