/** The demo over TLS as real clients meet it: its authority trusted by this process as an operating system would, and a web server for their apps. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { type Subject, startSubject } from '../../../../conformance/smart/subject.ts';
import { type Browser, newBrowser, type Page } from '../authorization/browser.ts';

export interface Place extends Subject {
  /** Registers an app with this redirect address; its client_id, and its secret where it has one. */
  app(
    kind: 'public' | 'symmetric',
    redirectUri: string,
    more?: { readonly scope?: string; readonly protocol?: object },
  ): Promise<{ readonly id: string; readonly secret: string }>;
  /** Signs in as this person, chooses the first patient, allows everything, and ends at the app's address. */
  approve(url: string, person?: string, browser?: Browser): Promise<Page>;
}

export const scope = 'openid fhirUser launch/patient offline_access patient/*.rs';

export async function startPlace(): Promise<Place> {
  const subject = await startSubject();
  setDefaultCACertificates([...getCACertificates('default'), subject.ca]);
  let apps = 0;
  return {
    ...subject,
    async app(kind, redirectUri, more = {}) {
      apps += 1;
      const id = `app-${apps}`;
      const made = await subject.admin('POST', '/clients', {
        id,
        name: `App ${apps}`,
        kind,
        redirectUris: [redirectUri],
        scope: more.scope ?? scope,
        ...(more.protocol === undefined ? {} : { protocol: more.protocol }),
      });
      return { id, secret: String(made['secret'] ?? '') };
    },
    async approve(url, person = 'family-physician', browser = newBrowser(subject.issuer)) {
      let page = await browser.open(url);
      const { username, password } = subject.person(person);
      if (page.text.includes('name="password"')) page = await browser.submit(page, '/sign-in', { username, password });
      const patient = /name="patient" value="([^"]+)"/.exec(page.text)?.[1];
      if (patient !== undefined) page = await browser.submit(page, '/patient', { patient });
      return page.text.includes('/consent"') ? browser.submit(page, '/consent', { decision: 'allow', duration: 'stay' }) : page;
    },
  };
}

export interface WebServer {
  readonly origin: string;
  close(): void;
}

export async function serveApp(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<WebServer> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
