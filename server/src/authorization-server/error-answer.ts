/** Errors that cannot be sent to the app: a page with a reference (R-036: no id, no stack, no product), or OAuth JSON for programs. */
import { Problem } from '@fireguard/engine';
import { errors } from 'oidc-provider';
import { pageHeaders } from './page-headers.ts';
import type { Brand } from './pages/brand.ts';
import { type ErrorPage, errorPage } from './pages/error.ts';
import { spoken, type Wish } from './pages/spoken.ts';
import { pageReference } from './request-id.ts';

export interface ErrorAnswerDependencies {
  readonly brand: Brand;
  readonly overTls: boolean;
  readonly now: () => number;
  readonly report: (error: unknown, where: string) => void;
}

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
  readonly json: { readonly error: string; readonly error_description?: string };
}

/** `app`: what whoever administers this server called the app that asked, where that is certain (`appToName`). */
export function errorAnswer(
  use: ErrorAnswerDependencies,
  error: unknown,
  where: string,
  wish: Wish,
  app?: string,
): ErrorAnswer {
  const reference = pageReference();
  const told = whatToTell(error);
  // What is not the request's fault is ours to look for; the reference leads there.
  if (told.kind === 'ours') use.report(error, `${where} ${reference}`);
  const page = errorPage({
    brand: spoken(use.brand, wish),
    kind: told.kind,
    app: told.kind === 'address' ? app : undefined,
    code: told.code,
    description: told.description,
    reference,
    now: use.now(),
  });
  return {
    status: told.status,
    headers: pageHeaders({ overTls: use.overTls }),
    html: page.toString(),
    json: {
      error: told.code ?? 'server_error',
      ...(told.description === undefined ? {} : { error_description: told.description }),
    },
  };
}

/**
 * The app's name, for a page to say. INVARIANT: none that an app gave itself: anybody can make a link with a known client id, and a name that its owner chose
 * freely would be their text on our page.
 */
export function appToName(client: NamedClient | undefined): string | undefined {
  if (client === undefined || client['fireguard_registered_itself'] === true || client['fireguard_kind'] === 'backend')
    return undefined;
  return client.clientName;
}

interface NamedClient {
  readonly clientName?: string | undefined;
  readonly [name: string]: unknown;
}

interface Told {
  readonly kind: ErrorPage['kind'];
  readonly status: number;
  readonly code: string | undefined;
  readonly description: string | undefined;
}

function whatToTell(error: unknown): Told {
  if (error instanceof errors.SessionNotFound) return { kind: 'expired', status: 400, code: undefined, description: undefined };
  if (error instanceof errors.OIDCProviderError && error.statusCode < 500) {
    const kind =
      error.error === 'invalid_redirect_uri' ? 'address' : error.error === 'invalid_client' ? 'unknown-app' : 'request';
    return { kind, status: error.statusCode, code: error.error, description: error.error_description };
  }
  if (error instanceof Problem && error.answer.status < 500)
    return { kind: 'request', status: error.answer.status, code: error.answer.oauth, description: error.publicText };
  const status = error instanceof Problem ? error.answer.status : clientFault(error);
  if (status < 500) return { kind: 'request', status, code: 'invalid_request', description: undefined };
  return { kind: 'ours', status, code: 'server_error', description: undefined };
}

/** Fastify's own refusals (body too large, odd content type) carry a status. */
function clientFault(error: unknown): number {
  const status = (error as { readonly statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
