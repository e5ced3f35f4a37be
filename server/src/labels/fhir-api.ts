/** Fireguard's own FHIR API, as the sweep uses it: pages, reads, and patches with the version that was looked at. */
import { type FhirTables, NONE, name, scan } from '@fireguard/engine';
import { type LabelledResource, type LabelOrigin, labelledResource, labelPatch } from './labelled-resource.ts';
import type { FhirApi } from './sweep.ts';

const RESOURCE = name('resource');
const ENTRY = name('entry');
const LINK = name('link');
const RELATION = name('relation');
const URL_NAME = name('url');

export class FhirApiError extends Error {}

/** `base`: without a slash at its end. Throws FhirApiError with one line that says what to do. */
export function fhirApi(base: string, token: string, tables: FhirTables, origin: LabelOrigin = {}): FhirApi {
  const ask = (url: string, init: { readonly method?: string; readonly headers?: object; readonly body?: string } = {}) =>
    fetch(url, { ...init, headers: { authorization: `Bearer ${token}`, accept: 'application/fhir+json', ...init.headers } });
  return {
    async page(typeOrLink) {
      const url = typeOrLink.includes('/') ? typeOrLink : `${base}/${typeOrLink}?_count=100`;
      // A link that leads elsewhere would carry the token along.
      if (!url.startsWith(`${base}/`) && !url.startsWith(`${base}?`))
        throw new FhirApiError('The next page is on another server.');
      const answer = await ask(url);
      const body = new Uint8Array(await answer.arrayBuffer());
      if (answer.status !== 200) throw new FhirApiError(`${typeOrLink.split('?', 1)[0]}: status ${answer.status}`);
      const document = scan(body);
      const resources: LabelledResource[] = [];
      const entries = document.member(document.root, ENTRY);
      for (let entry = document.first(entries); entry !== NONE; entry = document.next(entry)) {
        const one = document.member(entry, RESOURCE);
        const read = one === NONE ? undefined : labelledResource(document.slice(one), tables, base);
        if (read !== undefined) resources.push(read);
      }
      let next: string | undefined;
      const links = document.member(document.root, LINK);
      for (let link = document.first(links); link !== NONE; link = document.next(link))
        if (document.stringIs(document.member(link, RELATION), name('next')))
          next = document.string(document.member(link, URL_NAME));
      return { resources, next };
    },
    async addLabels(resource, labels) {
      const answer = await ask(`${base}/${resource.key}`, {
        method: 'PATCH',
        headers: {
          'content-type': 'application/json-patch+json',
          prefer: 'return=minimal',
          ...(resource.version === undefined ? {} : { 'if-match': `W/"${resource.version}"` }),
        },
        body: JSON.stringify(labelPatch(resource, labels, origin)),
      });
      await answer.arrayBuffer();
      return answer.ok;
    },
  };
}
