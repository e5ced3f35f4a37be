/** Requests to Fireguard's public doors, and where those are (SMART App Launch 2.2 §.well-known/smart-configuration). It must not follow redirects. */
import { Agent, request } from 'undici';
import { EhrProblem } from './answer.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Ask {
  readonly form?: URLSearchParams;
  readonly json?: object;
  readonly bearer?: string;
}

export interface Doors {
  ask(url: string, ask?: Ask): Promise<{ readonly status: number; readonly body: Json }>;
  places(): Promise<{ readonly issuer: string; readonly authorization_endpoint: string; readonly token_endpoint: string }>;
  close(): Promise<void>;
}

/** `fhir`: the FHIR base. `ca`: PEM of an authority to trust. */
export function openDoors(fhir: string, ca: string | undefined): Doors {
  const dispatcher = new Agent(ca === undefined ? {} : { connect: { ca } });

  async function ask(url: string, { form, json, bearer }: Ask = {}): Promise<{ status: number; body: Json }> {
    const body = form?.toString() ?? (json === undefined ? undefined : JSON.stringify(json));
    const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
    const answer = await request(url, {
      method: body === undefined ? 'GET' : 'POST',
      dispatcher,
      headers: {
        accept: 'application/fhir+json, application/json;q=0.9',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.statusCode, body: parsed(await answer.body.text()) };
  }

  return {
    ask,
    async places() {
      const { body } = await ask(`${fhir}/.well-known/smart-configuration`);
      const [issuer, authorization_endpoint, token_endpoint] = ['issuer', 'authorization_endpoint', 'token_endpoint'].map(
        (name) => body[name],
      );
      if (typeof issuer !== 'string' || typeof authorization_endpoint !== 'string' || typeof token_endpoint !== 'string')
        throw new EhrProblem(502, 'The FHIR API does not say where its authorization server is.');
      return { issuer, authorization_endpoint, token_endpoint };
    },
    close: () => dispatcher.close(),
  };
}

function parsed(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}
