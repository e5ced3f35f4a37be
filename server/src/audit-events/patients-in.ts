/** The patients whom an AuditEvent names: those of FHIR's search parameter `patient` (who acted, whose record it was), and of R5 and later its own element. */

export function patientsIn(event: Readonly<Record<string, unknown>>, base: string): readonly string[] {
  const references = [
    (event['patient'] as Reference | undefined)?.reference,
    ...list(event['agent']).map(({ who }) => who?.reference),
    ...list(event['entity']).map(({ what }) => what?.reference),
  ];
  const ids = references.flatMap((reference) => {
    const relative = reference?.startsWith(`${base}/`) === true ? reference.slice(base.length + 1) : reference;
    const match = /^Patient\/([A-Za-z0-9.-]{1,64})(?:\/_history\/.+)?$/.exec(relative ?? '');
    return match === null ? [] : [match[1]!];
  });
  return [...new Set(ids)];
}

interface Reference {
  readonly reference?: string;
}

const list = (value: unknown) => (Array.isArray(value) ? (value as { who?: Reference; what?: Reference }[]) : []);
