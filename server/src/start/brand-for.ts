/** The hospital as the pages show it. */

import { readFileSync } from 'node:fs';
import type { BrandChoice } from '../authorization-server/pages/brand.ts';
import { languages } from '../authorization-server/pages/language.ts';
import { sanitisedLogo } from '../authorization-server/pages/logo.ts';
import type { FireguardConfig } from '../config/schema.ts';

export function brandFor({ pages }: FireguardConfig): BrandChoice {
  const { hospital, timeZone, helpLine, privacy, accessibility } = pages;
  const spoken = pages.languages.map((code) => languages[code]);
  const logo = pages.logo === undefined ? undefined : sanitisedLogo(readFileSync(pages.logo, 'utf8'));
  return { name: hospital, timeZone, helpLine, privacy, accessibility, logo, languages: spoken };
}
