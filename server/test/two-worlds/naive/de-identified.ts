/**
 * What goes from de-identified views, written by hand for the elements that the harness uses: dates, texts, names and numbers of every kind, what
 * is contained; of codes and references what says more than they do.
 */
export const deIdentified: Readonly<Record<string, readonly string[]>> = {
  Device: ['type.text', 'deviceName.name', 'patient.display', 'patient.identifier', 'contained'],
  Condition: [
    ...['clinicalStatus.text', 'code.text', 'severity.text', 'onsetDateTime', 'onsetString', 'contained'],
    ...['subject', 'encounter', 'asserter'].flatMap((path) => [`${path}.display`, `${path}.identifier`]),
  ],
  Observation: [
    ...[
      'identifier',
      'category.text',
      'code.text',
      'effectiveDateTime',
      'valueString',
      'valueQuantity.extension',
      'valueCodeableConcept.text',
      'note',
      'contained',
    ],
    ...['component.code.text', 'component.valueString', 'component.valueQuantity.extension'],
    'component.valueCodeableConcept.text',
    ...['subject', 'encounter', 'performer', 'hasMember'].flatMap((path) => [`${path}.display`, `${path}.identifier`]),
  ],
};
