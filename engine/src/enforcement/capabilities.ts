/** http.html#capabilities: for anybody, with or without a token. */
import { versionNamed } from '../fhir/version.ts';
import { name } from '../json/scan.ts';
import { planMetadata } from '../planning/plan-metadata.ts';
import { Problem } from '../problem.ts';
import { releaseCapabilities } from '../release/release-capabilities.ts';
import type { CapabilitiesRequest } from '../request/request.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { scanned, upstreamAnswer } from './upstream-answer.ts';

const RESOURCE_TYPE = name('resourceType');
const FHIR_VERSION = name('fhirVersion');
const CAPABILITY_STATEMENT = name('CapabilityStatement');

export function* capabilities(given: Given, asked: CapabilitiesRequest): Generator<Need, Outcome, Found> {
  refuseUnserved(asked);
  const answer = upstreamAnswer(yield planMetadata());
  if (answer.status !== 200) throw unavailable(`status ${answer.status}`);
  const statement = scanned(answer.body);
  if (!statement.stringIs(statement.member(statement.root, RESOURCE_TYPE), CAPABILITY_STATEMENT))
    throw unavailable('no CapabilityStatement');
  const told = statement.string(statement.member(statement.root, FHIR_VERSION));
  // INVARIANT: masks, compartments and categories are those of one version: a server of another one is not served by them.
  if (told !== undefined && versionNamed(told) !== given.tables.version) throw otherVersion();
  const { tables, bases, now, dialect, authorization, exports } = given;
  return releaseCapabilities(statement, { tables, base: bases.ours, now, dialect, authorization, exports });
}

function otherVersion(): Problem {
  return new Problem('upstream-odd', 'The server behind answers in a way that cannot be used.', {
    detail: 'its capability statement names another FHIR version than upstream.fhirVersion',
  });
}

function unavailable(detail: string): Problem {
  return new Problem('upstream-unavailable', 'The server behind cannot answer now.', { detail });
}
