/**
 * Which of the hospital's languages a page is in: what the person chose at the foot of a page, else what the app asked for (`ui_locales`, OpenID Connect Core §3.1.2.1), else what the browser accepts
 * (RFC 9110 §12.5.4), else the first. A language meets a more special one of it (RFC 4647 §3.4): `de-AT` is read in `de`.
 */
import type { Brand } from './brand.ts';
import type { Language } from './language.ts';

export interface Wish {
  /** By its code, as the person chose it. */
  readonly chosen?: unknown;
  readonly uiLocales: unknown;
  readonly acceptLanguage: string | undefined;
}

export function spoken(brand: Brand, { chosen, uiLocales, acceptLanguage }: Wish): Brand {
  const wanted = [...(typeof chosen === 'string' ? [chosen] : []), ...named(uiLocales), ...accepted(acceptLanguage)];
  for (const one of wanted) {
    const language = languageFor(one, brand.languages);
    if (language !== undefined) return language === brand.language ? brand : Object.freeze({ ...brand, language });
  }
  return brand;
}

/** In the order of preference. */
function named(uiLocales: unknown): readonly string[] {
  return typeof uiLocales === 'string' ? uiLocales.slice(0, 500).split(' ') : [];
}

/** Best first; what is not acceptable (`q=0`) is none. */
function accepted(header: string | undefined): readonly string[] {
  return (header ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', ...more] = part.split(';').map((one) => one.trim());
      const quality = more.find((one) => one.startsWith('q='));
      return { tag, quality: quality === undefined ? 1 : Number(quality.slice(2)) };
    })
    .filter(({ tag, quality }) => tag !== '' && tag !== '*' && quality > 0)
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag);
}

function languageFor(tag: string, languages: readonly Language[]): Language | undefined {
  for (let range = tag.toLowerCase(); range !== ''; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
    const found = languages.find(({ code }) => code.toLowerCase() === range);
    if (found !== undefined) return found;
  }
  return undefined;
}
