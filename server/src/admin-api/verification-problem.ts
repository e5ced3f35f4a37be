/** One line for an officer: where, and what. */
export function verificationProblem({
  at,
  why,
}: {
  readonly at: { readonly segment: string; readonly line: number; readonly seq: number };
  readonly why: string;
}): string {
  return at.line === 0
    ? `${at.segment}, record ${at.seq}: ${why}`
    : `${at.segment}, line ${at.line} (record ${at.seq}): ${why}`;
}
