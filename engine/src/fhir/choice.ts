/** Choices of a data type (formats.html#choice): `valueString` and `valueQuantity` are two forms of one element, of which a resource has at most one. */

const choiceTypes =
  `Base64Binary Boolean Canonical Code Date DateTime Decimal Id Instant Integer Integer64 Markdown Oid PositiveInt String Time UnsignedInt Uri Url
Uuid Address Age Annotation Attachment CodeableConcept CodeableReference Coding ContactPoint Count Distance Duration HumanName Identifier Money Period Quantity
Range Ratio RatioRange Reference SampledData Signature Timing ContactDetail Contributor DataRequirement Expression ParameterDefinition RelatedArtifact
TriggerDefinition UsageContext Availability ExtendedContactDetail VirtualServiceDetail MonetaryComponent Dosage Meta`.split(
    /\s+/,
  );

/** Whether both paths can be forms of one choice; by their names, so that it also says yes where two elements only look alike. */
export function isOtherForm(one: string, other: string): boolean {
  if (one === other) return false;
  const forms = new Set(withoutType(one));
  return withoutType(other).some((base) => forms.has(base));
}

function withoutType(path: string): readonly string[] {
  return choiceTypes
    .filter((type) => path.endsWith(type))
    .map((type) => path.slice(0, -type.length))
    .filter((base) => /[a-z]$/.test(base));
}
