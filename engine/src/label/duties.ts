/**
 * requirements 3.4: obligations and refrains found on data. Most bind the recipient and travel with the data, or are met here anyway (audit,
 * encryption in transit). These few would have to be met before it leaves, which is not done yet: then only who is cleared for them may see it.
 */
const unmet: ReadonlySet<string> = new Set([
  // Obligations to change the data first, or to ask a person first.
  ...['ANONY', 'DEID', 'HUAPRV', 'MASK', 'MINEC', 'PSEUD', 'REDACT'],
  // Refrains: no disclosure without something that is not looked up, or not to some.
  ...['NOAUTH', 'NODSCLCD', 'NODSCLCDS', 'NOORGPOL', 'NOPAT', 'NORDSCLCD', 'NORDSCLCDS', 'NORDSCLW', 'NOVIP'],
]);

/** `code`: an obligation or refrain of v3-ActCode. */
export function bindsDisclosure(code: string): boolean {
  return unmet.has(code);
}
