/** Few, inline, 24 grid, `currentColor`, always beside a word. */
import { type Html, html } from './html.ts';

function icon(path: Html): Html {
  return html`<svg class="ic" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;
}

export const icons = {
  back: icon(html`<path d="M19 12H5M11 6l-6 6 6 6"/>`),
  phone: icon(
    html`<path d="M6 3.5h3l1.5 4.5-2 1.500a12 12 0 0 0 6 6l1.5-2 4.5 1.500v3c0 1-.8 2-2 2C10.5 20 4 13.5 4 5.500c0-1.200 1-2 2-2z"/>`,
  ),
  alike: icon(html`<circle cx="9" cy="12" r="5.5"/><circle cx="15" cy="12" r="5.5"/>`),
  app: icon(
    html`<rect x="4" y="4" width="7" height="7" rx="1.5"/><rect x="13" y="4" width="7" height="7" rx="1.5"/><rect x="4" y="13" width="7" height="7" rx="1.5"/><path d="M16.5 13v7M13 16.500h7"/>`,
  ),
  person: icon(html`<circle cx="12" cy="8" r="4"/><path d="M4.5 20.500c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500"/>`),
  key: icon(html`<circle cx="8" cy="15" r="4"/><path d="M11 12l8.500-8.500M16 7l3 3"/>`),
  glass: icon(
    html`<rect x="4" y="3" width="16" height="18" rx="1.5"/><path d="M12.5 3l-2 6 4 2.5-3.5 4 2 5.5M10.5 9L4 11M14.5 11.5L20 10M11 15.5L4 18"/>`,
  ),
  clock: icon(html`<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>`),
  bell: icon(html`<path d="M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4"/>`),
  pen: icon(html`<path d="M4 20l1-4L16 5l3 3L8 19zM14 7l3 3"/>`),
  lock: icon(html`<rect x="5" y="11" width="14" height="9" rx="1.5"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`),
  hospital: html`<svg viewBox="0 0 32 32" aria-hidden="true"><circle cx="16" cy="16" r="15" fill="none" stroke="currentColor" stroke-width="1.75"/><path d="M16 25V14M16 19c-5 0-7-3-7-7 5 0 7 3 7 7zM16 16c0-4 2-8 7-8 0 5-3 8-7 8z" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linejoin="round" stroke-linecap="round"/></svg>`,
  fireguard: html`<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" aria-hidden="true"><path d="M3.5 20.500V11a8.5 8.5 0 0 1 17 0v9.500zM9 20.500V3.200M15 20.500V3.200M3.5 12h17M2 20.500h20"/></svg>`,
  /** The one ornament: a screen before a fire. */
  screen: html`<svg class="screen" viewBox="0 0 320 290" fill="none" aria-hidden="true">
      <defs>
        <radialGradient id="glow" cx="50%" cy="100%" r="78%"><stop offset="0" stop-color="#ffd7a3"/><stop offset=".16" stop-color="#f7a862" stop-opacity=".85"/><stop offset=".42" stop-color="#d4633a" stop-opacity=".42"/><stop offset=".75" stop-color="#a8434a" stop-opacity=".14"/><stop offset="1" stop-color="#a8434a" stop-opacity="0"/></radialGradient>
        <pattern id="mesh" width="13" height="13" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 .5h13M.5 0v13" stroke="#fff" stroke-opacity=".2"/></pattern>
      </defs>
      <path d="M30 280V150a130 130 0 0 1 260 0v130z" fill="url(#glow)"/>
      <path d="M30 280V150a130 130 0 0 1 260 0v130z" fill="url(#mesh)" stroke="#fff" stroke-opacity=".75" stroke-width="2.5"/>
      <path d="M116 280V27.500M204 280V27.500M12 280h296" stroke="#fff" stroke-opacity=".75" stroke-width="2.5" stroke-linecap="round"/>
    </svg>`,
} as const;
