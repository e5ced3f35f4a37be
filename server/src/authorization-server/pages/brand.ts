/** What a hospital puts on the pages: its name, whom to call, its mark, and the language they speak. */
import type { Html } from './html.ts';
import { english, type Language, languages } from './language.ts';

export interface Brand {
  readonly name: string;
  /** A telephone number or mail address, shown as given. */
  readonly helpLine: string;
  /** The one that this page is in. */
  readonly language: Language;
  /** Those that pages can be in; the first where nobody asks for another. */
  readonly languages: readonly Language[];
  /** IANA name, such as `Europe/Berlin`: what the clocks on its walls show. */
  readonly timeZone: string;
  /** Where the hospital says what it does with data, and how its pages can be used by everybody. */
  readonly privacy?: string | undefined;
  readonly accessibility?: string | undefined;
  /** The hospital's mark, checked by `sanitisedLogo`; undefined: a quiet one of ours. */
  readonly logo?: Html | undefined;
}

/** As given, with all languages that we have where none were chosen. */
export type BrandChoice = Omit<Brand, 'language' | 'languages' | 'timeZone'> & {
  readonly languages?: readonly Language[] | undefined;
  /** Default: UTC. */
  readonly timeZone?: string | undefined;
};

export function brandOf(choice: BrandChoice): Brand {
  const [language = english, ...others] = choice.languages ?? Object.values(languages);
  return Object.freeze({
    ...choice,
    timeZone: choice.timeZone ?? 'UTC',
    language,
    languages: Object.freeze([language, ...others]),
  });
}

/** Where the help line leads; undefined when it is neither a number nor a mail address. */
export function helpHref(brand: Brand): string | undefined {
  if (/^[^\s@]+@[^\s@]+$/.test(brand.helpLine)) return `mailto:${brand.helpLine}`;
  const digits = brand.helpLine.replace(/[\s().-]/g, '');
  return /^\+?\d{3,15}$/.test(digits) ? `tel:${digits}` : undefined;
}
