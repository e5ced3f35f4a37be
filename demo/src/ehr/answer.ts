/** What a page of the EHR or of its app answers, and what goes wrong as a line for the person in front of it. */
import type { Html } from './html.ts';

export type Answer =
  | { readonly kind: 'page'; readonly page: Html }
  | { readonly kind: 'go'; readonly to: URL; readonly cookie?: string };

/** `message` is shown, escaped: nothing secret belongs in it. */
export class EhrProblem extends Error {
  readonly status: 400 | 502;

  constructor(status: 400 | 502, message: string) {
    super(message);
    this.status = status;
  }
}
