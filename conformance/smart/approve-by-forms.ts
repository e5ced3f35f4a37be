/** Sign-in, picker and consent by sending the pages' forms, wherever they lead: a person's clicks without a browser. */
import { type Browser, newBrowser, type Page } from '../../server/test/flows/authorization/browser.ts';
import type { Site } from './site.ts';
import type { Persona } from './subject.ts';

export interface Approval {
  readonly url: string;
  readonly params: URLSearchParams;
  readonly post: boolean;
  readonly person: Persona;
  /** A browser that has been here before. */
  readonly hands?: Browser | undefined;
  readonly consent: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface End {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

export async function approveByForms(site: Site, { url, params, post, person, consent, hands }: Approval): Promise<End> {
  const browser = hands ?? newBrowser(site.issuer, site.fetch as typeof fetch);
  let page: Page = post ? await browser.open(url, { method: 'POST', body: params }) : await browser.open(`${url}?${params}`);
  if (page.text.includes('name="password"')) {
    const { username, password } = person;
    page = await browser.submit(page, '/sign-in', { username, password });
  }
  const first = /name="patient" value="([^"]+)"/.exec(page.text)?.[1];
  if (first !== undefined) page = await browser.submit(page, '/patient', { patient: first });
  const visit = /name="encounter" value="([^"]+)"/.exec(page.text)?.[1];
  if (visit !== undefined) page = await browser.submit(page, '/encounter', { encounter: visit });
  if (page.text.includes('/consent"')) page = await browser.submit(page, '/consent', consent);
  return { url: page.url, status: page.status, text: page.text };
}
