/**
 * Parts of a record that a person lets an app see only by ticking them, even where they appear under medicines or results: each a few sensitivities of v3-ActCode, by
 * which the gateway tells them (`Caller.withheld`), those of the label rules included.
 */
export const sensitiveParts = Object.freeze({
  mental: ['BH', 'MH', 'PSY', 'PSYTHPN', 'COGN', 'EMOTDIS'],
  sexual: ['SEX', 'HIV', 'STD', 'PREGNANT'],
  substances: ['SUD', 'ETH', 'TBOO'],
  genetic: ['GDIS', 'SCA'],
  violence: ['SDV', 'VIO'],
} as const satisfies Readonly<Record<string, readonly string[]>>);

export type SensitivePart = keyof typeof sensitiveParts;

export const sensitivePartNames = Object.freeze(Object.keys(sensitiveParts)) as readonly SensitivePart[];

/** What is kept back when these parts were ticked. */
export function withheldBut(ticked: readonly string[]): readonly string[] {
  return sensitivePartNames.filter((part) => !ticked.includes(part)).flatMap((part) => sensitiveParts[part]);
}
