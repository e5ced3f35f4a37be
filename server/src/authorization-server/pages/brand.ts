/** What a hospital puts on the pages: its name, whom to call, its mark, and the language they speak. */
import type { Html } from './html.ts';
import { english, type Language } from './language.ts';

export interface Brand {
  readonly name: string;
  /** A telephone number or mail address, shown as given. */
  readonly helpLine: string;
  readonly language: Language;
  /** Where the hospital says what it does with data, and how its pages can be used by everybody. */
  readonly privacy?: string | undefined;
  readonly accessibility?: string | undefined;
  /** The hospital's mark, checked by `sanitisedLogo`; undefined: a quiet one of ours. */
  readonly logo?: Html | undefined;
}

/** As given, with English where no language was chosen. */
export type BrandChoice = Omit<Brand, 'language'> & { readonly language?: Language | undefined };

export function brandOf(choice: BrandChoice): Brand {
  return Object.freeze({ ...choice, language: choice.language ?? english });
}

/** Where the help line leads; undefined when it is neither a number nor a mail address. */
export function helpHref(brand: Brand): string | undefined {
  if (/^[^\s@]+@[^\s@]+$/.test(brand.helpLine)) return `mailto:${brand.helpLine}`;
  const digits = brand.helpLine.replace(/[\s().-]/g, '');
  return /^\+?\d{3,15}$/.test(digits) ? `tel:${digits}` : undefined;
}
