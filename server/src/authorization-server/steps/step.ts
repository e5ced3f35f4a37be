/** What every step has: the login step that the provider keeps for this browser, who is signed in, which app asks, and the ways to go on. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type Provider from 'oidc-provider';
import { errors, type InteractionResults } from 'oidc-provider';
import type { AuditLog } from '../../audit-log/audit-log.ts';
import type { Glasses } from '../../break-glass/glasses.ts';
import type { Database, LaunchMore } from '../../storage/schema.ts';
import { knownPerson } from '../account.ts';
import type { KnownPerson } from '../audit-drafts.ts';
import { chosenLanguage } from '../chosen-language.ts';
import { type FormTokens, parseForm } from '../form.ts';
import { own } from '../forward.ts';
import { type FurtherBase, personAt, pickerAt } from '../further-bases.ts';
import type { GlassBars } from '../glass-bars.ts';
import { pageHeaders } from '../page-headers.ts';
import type { Brand } from '../pages/brand.ts';
import type { GlassBar } from '../pages/glass-bar.ts';
import type { Html } from '../pages/html.ts';
import { spoken } from '../pages/spoken.ts';
import type { PickerSource } from '../picker-source.ts';
import { askedPurposes, type PurposeRules } from '../purposes.ts';
import { requestIdOf } from '../request-id.ts';
import type { ScopesByRole } from '../scopes-of-person.ts';

/** `id`: of the question. */
export type AskOffice = (id: string, within: Kysely<Database>) => Promise<void>;

export interface StepDependencies {
  readonly provider: Provider;
  readonly db: Kysely<Database>;
  readonly issuer: string;
  readonly fhirBase: string;
  readonly auditLog: AuditLog;
  readonly picker: PickerSource;
  readonly further: readonly FurtherBase[];
  readonly brand: Brand;
  readonly formTokens: FormTokens;
  readonly stayConnectedDays: number;
  readonly purposes: PurposeRules;
  readonly scopesByRole: ScopesByRole;
  readonly askOffice: AskOffice;
  /** The bar that stands on the pages of who has one open. */
  readonly glassBars: GlassBars;
  /** Whether somebody with these roles may break the glass, where there is any to break. */
  readonly mayBreakGlass: (roles: readonly string[]) => boolean;
  /** Where the glass can be broken. */
  readonly glasses?: Glasses | undefined;
  readonly now: () => number;
}

export interface Step {
  readonly uid: string;
  readonly prompt: string;
  readonly client: { readonly id: string; readonly name: string };
  /** The app's registered address; the provider has compared it. */
  readonly redirectUri: string;
  /** The FHIR server that the token will be for; the provider has checked it. */
  readonly audience: string;
  /** Patients and visits of that server. */
  readonly picker: PickerSource;
  /** Space-separated, as far as it could be granted. */
  readonly scope: string;
  /** Who is signed in in this browser. */
  readonly person: KnownPerson | undefined;
  /** The bar of the glass that they have open. */
  readonly glass: GlassBar | undefined;
  /** Why this step is there: names of the provider's checks. */
  readonly reasons: readonly string[];
  /** How that person signed in (RFC 8176). */
  readonly sessionAmr: readonly string[];
  /** `login_hint` of the request: a name to begin with, to be typed over. */
  readonly hint: string;
  /** `ui_locales` of the request. */
  readonly uiLocales: unknown;
  /** `acr_values` of the request. */
  readonly acrValues: string | undefined;
  /** In this login a first factor was right; the second is still to come. Written by our own steps only. */
  readonly first: FirstFactor | undefined;
  /** Chosen in this login, or put in context by the EHR. */
  readonly patient: string | undefined;
  readonly encounter: string | undefined;
  /** The EHR's launch handle, as it came. */
  readonly handle: string | undefined;
  /** What the EHR said beside patient and encounter, once its launch was taken up. */
  readonly launch: LaunchMore | undefined;
  /** Codes of the purposes of use that the app, or else the EHR, names. */
  readonly purposes: readonly string[];
}

export interface FirstFactor {
  readonly personId: string;
  readonly amr: readonly string[];
  readonly remember: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Throws SessionNotFound when this browser has no such step (it took too long, or it was answered already). */
export async function loadStep(use: StepDependencies, request: FastifyRequest, reply: FastifyReply): Promise<Step> {
  const { host, protocol } = new URL(use.issuer);
  own(request.raw, host, protocol, request.ip);
  const interaction = await use.provider.interactionDetails(request.raw, reply.raw);
  if (interaction.uid !== (request.params as { uid?: string }).uid) throw new errors.SessionNotFound('another login step');
  const prompt = interaction.prompt.name;
  const clientId = String(interaction.params['client_id']);
  const client = await use.provider.Client.find(clientId);
  if (client === undefined) throw new errors.SessionNotFound('the client is gone');
  const accountId = interaction.session?.accountId;
  const chosen = (what: 'patient' | 'encounter') =>
    (interaction.lastSubmission?.[what] as { readonly id?: string } | undefined)?.id;
  const handle = interaction.params['launch'];
  const launch = interaction.lastSubmission?.['launch'] as LaunchMore | undefined;
  const audience = String(interaction.params['resource'] ?? use.fhirBase);
  const known = accountId === undefined ? undefined : await knownPerson(use.db, accountId, request.ip);
  const person = personAt(audience, known, use.further);
  const named = askedPurposes(interaction.params['purpose_of_use']);
  return {
    uid: interaction.uid,
    prompt,
    client: { id: clientId, name: client.clientName ?? clientId },
    redirectUri: String(interaction.params['redirect_uri']),
    audience,
    picker: pickerAt(audience, use.picker, use.further),
    scope: String(interaction.params['scope'] ?? ''),
    person,
    glass: prompt === 'login' ? undefined : await use.glassBars(person, interaction.session?.uid ?? ''),
    reasons: interaction.prompt.reasons,
    sessionAmr: (interaction.session as { readonly amr?: readonly string[] } | undefined)?.amr ?? [],
    hint: typeof interaction.params['login_hint'] === 'string' ? interaction.params['login_hint'].slice(0, 200) : '',
    uiLocales: interaction.params['ui_locales'],
    acrValues: typeof interaction.params['acr_values'] === 'string' ? interaction.params['acr_values'] : undefined,
    first: interaction.lastSubmission?.['first'] as FirstFactor | undefined,
    patient: chosen('patient'),
    encounter: chosen('encounter'),
    handle: typeof handle === 'string' ? handle : undefined,
    launch,
    purposes: named.length > 0 ? named : (launch?.purposes ?? []),
  };
}

/** The form's fields, if it is this step's and carries its own token. INVARIANT: nothing is done for a form that fails here. */
export function readStepForm(use: StepDependencies, step: Step, prompt: string, request: FastifyRequest): URLSearchParams {
  const form = parseForm(request.body);
  const foreign = request.headers['sec-fetch-site'] === 'cross-site';
  if (step.prompt !== prompt || foreign || !use.formTokens.check(step.uid, prompt, form.get('csrf')))
    throw new errors.SessionNotFound('not a form of this step');
  return form;
}

export function sendPage(
  use: Pick<StepDependencies, 'issuer'>,
  reply: FastifyReply,
  page: Html,
  status = 200,
  returnsTo?: string,
  scriptHash?: string,
): FastifyReply {
  return reply
    .code(status)
    .headers(pageHeaders({ overTls: use.issuer.startsWith('https:'), returnsTo, scriptHash }))
    .type('text/html; charset=utf-8')
    .send(page.toString());
}

/** On to the next step, or back to the app. 303: the browser must not send the form again. */
export async function goOn(
  use: StepDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  result: InteractionResults,
): Promise<FastifyReply> {
  const mergeWithLastSubmission = !('error' in result);
  const next = await use.provider.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission });
  return reply.header('Cache-Control', 'no-store').redirect(next, 303);
}

export function deniedResult(description: string): InteractionResults {
  return { error: 'access_denied', error_description: description };
}

/** The same, in the language that the app or the person's browser asks for. */
export function inLanguage<Use extends { readonly brand: Brand }>(use: Use, request: FastifyRequest, uiLocales?: unknown): Use {
  const acceptLanguage = request.headers['accept-language'];
  return { ...use, brand: spoken(use.brand, { chosen: chosenLanguage(request), uiLocales, acceptLanguage }) };
}

export function placeOf(request: FastifyRequest): { readonly address: string; readonly requestId: string } {
  return { address: request.ip, requestId: requestIdOf(request.raw) };
}
