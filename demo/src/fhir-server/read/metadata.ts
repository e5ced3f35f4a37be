// FHIR R4 http §3.1.0.10 (capabilities). It names product and version on purpose: whoever stands in front must hide them.
import type { Service } from '../service.ts';

const INTERACTIONS = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
] as const;

export function capabilityStatement(service: Service): string {
  const resource = [...service.definitions.types].sort().map((type) => {
    const parameters = [...service.definitions.parameters(type).values()];
    return {
      type,
      interaction: INTERACTIONS.map((code) => ({ code })),
      versioning: service.habits.noIfMatch ? 'versioned' : 'versioned-update',
      readHistory: true,
      updateCreate: true,
      conditionalCreate: true,
      conditionalRead: 'full-support',
      conditionalUpdate: true,
      conditionalDelete: 'single',
      searchInclude: parameters.filter((each) => each.type === 'reference').map(({ code }) => `${type}:${code}`),
      searchParam: parameters.map(({ code, type: kind }) => ({ name: code, type: kind })),
      ...(type === 'Patient'
        ? { operation: [{ name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' }] }
        : {}),
    };
  });
  return JSON.stringify({
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: service.now().toISOString(),
    kind: 'instance',
    software: { name: 'Alder Vale demo FHIR server', version: '0.1.0' },
    implementation: { description: 'Synthetic hospital', url: service.base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    patchFormat: ['application/json-patch+json'],
    rest: [
      {
        mode: 'server',
        resource,
        interaction: ['batch', 'transaction', 'search-system', 'history-system'].map((code) => ({ code })),
      },
    ],
  });
}
