/** A language of the pages: its texts and which way it runs. Another one is a file with a value of `Texts`, and a line here. */
import { type Texts, texts } from './texts.ts';
import { german as germanTexts } from './texts-german.ts';

export interface Language {
  /** BCP 47. */
  readonly code: string;
  /** As its speakers call it. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  readonly texts: Texts;
}

export const english: Language = Object.freeze({ code: 'en', name: 'English', direction: 'ltr', texts });
export const german: Language = Object.freeze({ code: 'de', name: 'Deutsch', direction: 'ltr', texts: germanTexts });

/** By code. */
export const languages = Object.freeze({ en: english, de: german });
