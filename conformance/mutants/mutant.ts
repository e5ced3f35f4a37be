/** What stands between rows and server: a request on its way in, an answer on its way out, and a mutant that changes one of them. */
import type { Pair } from '../../server/test/flows/certificates.ts';

export interface Ask {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Shown in the TLS handshake. */
  readonly certificate?: Pair | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Mutant {
  /** What this server lacks or does wrong. */
  readonly name: string;
  readonly ask?: (ask: Ask) => Ask;
  readonly answer?: (answer: Answer, ask: Ask) => Answer;
  /** For rows that speak TLS themselves: the protocol versions that this server takes as well. */
  readonly oldTls?: boolean;
}

/** Endpoint or document that a mutant breaks: the end of a path. */
export function isAt(ask: Ask, place: string): boolean {
  return ask.url.pathname.endsWith(place);
}
