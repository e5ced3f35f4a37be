// FHIR R4 CompartmentDefinition Patient: which resources are a patient's.
import type { SearchContext } from './context.ts';
import { extracted, type Link } from './extract.ts';
import type { Filter } from './filter.ts';

/** Passes the resources of `type` that belong to the patient; whether the patient exists is not asked. */
export function inPatientCompartment(context: SearchContext, type: string, patient: string): Filter {
  const key = `Patient/${patient}`;
  const known = context.definitions.parameters(type);
  const parameters = (context.definitions.patientCompartment.get(type) ?? [])
    .map((code) => known.get(code))
    .filter((each) => each !== undefined);
  return {
    test: (version) =>
      version.key === key ||
      parameters.some((each) =>
        (extracted(version, each, context.base) as readonly Link[]).some(({ target }) => target === key),
      ),
    candidates: () => {
      const self = type === 'Patient' ? context.store.current(type, patient) : undefined;
      return new Set([
        ...parameters.flatMap((each) => context.references.candidates(type, each, [key])),
        ...(self === undefined ? [] : [self]),
      ]);
    },
  };
}
