/** What a hospital puts on the pages: its name, and whom to call. */
export interface Brand {
  readonly name: string;
  /** A telephone number or mail address, shown as given. */
  readonly helpLine: string;
}

/** Where the help line leads; undefined when it is neither a number nor a mail address. */
export function helpHref(brand: Brand): string | undefined {
  if (/^[^\s@]+@[^\s@]+$/.test(brand.helpLine)) return `mailto:${brand.helpLine}`;
  const digits = brand.helpLine.replace(/[\s().-]/g, '');
  return /^\+?\d{3,15}$/.test(digits) ? `tel:${digits}` : undefined;
}
