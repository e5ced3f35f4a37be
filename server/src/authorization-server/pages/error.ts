/** A dead end: what happened, that nothing was shared, what to do, a reference. Never an id, a token or a stack. */
import type { Brand } from './brand.ts';
import { clockTime, longDate } from './dates.ts';
import { type Html, html } from './html.ts';
import { icons } from './icons.ts';
import { doorPage, helpLine } from './page.ts';

export interface ErrorPage {
  readonly brand: Brand;
  /** What kind of dead end: the app's doing, ours, or a page that is over. */
  readonly kind: 'request' | 'address' | 'unknown-app' | 'expired' | 'ours';
  /** Name of the app, where it may be said. */
  readonly app: string | undefined;
  /** OAuth error code and its public text, for the app's developer. */
  readonly code: string | undefined;
  readonly description: string | undefined;
  readonly reference: string;
  readonly now: number;
}

export function errorPage(page: ErrorPage): Html {
  const text = page.brand.language.texts.error;
  const leads: Readonly<Record<ErrorPage['kind'], string>> = {
    request: text.lead,
    address: text.leadAddress,
    'unknown-app': text.leadUnknown,
    expired: text.leadExpired,
    ours: text.leadOurs,
  };
  const title = page.kind === 'expired' ? text.expiredTitle : page.app === undefined ? text.title : text.titleApp(page.app);
  return doorPage(
    { title, brand: page.brand },
    html`
      <h1>${title}</h1>
      <p class="lead">${leads[page.kind]}</p>
      <div class="stack">
        <p class="note is-good">${text.nothingShared}</p>
        <div>
          <h2>${text.whatNow}</h2>
          <ul class="points">
            <li>${icons.back}<div>${text.again}</div></li>
            <li>${icons.phone}<div>${text.tell(helpLine(page.brand))}</div></li>
          </ul>
        </div>
        <dl class="facts keep small">
          <dt>${text.reference}</dt><dd class="mono">${page.reference}</dd>
          <dt>${text.time}</dt><dd><time>${longDate(page.now, page.brand)}, ${clockTime(page.now, page.brand)}</time></dd>
        </dl>
        ${
          page.code !== undefined &&
          html`<details class="small"><summary>${text.developer}</summary>
          <p><code>${page.code}</code>${page.description !== undefined && html`: <span lang="en">${page.description}</span>`}</p></details>`
        }
      </div>`,
  );
}
