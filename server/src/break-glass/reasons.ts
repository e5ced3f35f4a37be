/** the emergencies for which the glass may be broken, as codes. Their words stand in the catalogue of the pages; a report names the code. */
export const glassReasons = [
  'cannot-speak',
  'life-in-danger',
  'medicine-now',
  'others-in-danger',
  'another-emergency',
] as const;

export type GlassReason = (typeof glassReasons)[number];

export function isGlassReason(text: string): text is GlassReason {
  return (glassReasons as readonly string[]).includes(text);
}

/** What is happening must be said in so many characters at least, and at most. */
export const reasonLength = Object.freeze({ least: 10, most: 2000 });
