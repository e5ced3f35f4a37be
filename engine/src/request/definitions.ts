/**
 * What the server behind would act on: a new index over hidden elements, a channel past us, an operation, another shape (hardening B4-66, B9). It is
 * not written through here, whatever policy says.
 */
export const definitions: ReadonlySet<string> = new Set([
  'CapabilityStatement',
  'CompartmentDefinition',
  'GraphDefinition',
  'ImplementationGuide',
  'MessageDefinition',
  'OperationDefinition',
  'SearchParameter',
  'StructureDefinition',
  'StructureMap',
  'Subscription',
  'SubscriptionStatus',
  'SubscriptionTopic',
]);
