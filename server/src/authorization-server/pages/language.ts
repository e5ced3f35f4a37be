/** A language of the pages: its texts and which way it runs. Another one is a file with a value of this type, handed in with the brand. */
import { type Texts, texts } from './texts.ts';

export interface Language {
  /** BCP 47. */
  readonly code: string;
  readonly direction: 'ltr' | 'rtl';
  readonly texts: Texts;
}

export const english: Language = Object.freeze({ code: 'en', direction: 'ltr', texts });
