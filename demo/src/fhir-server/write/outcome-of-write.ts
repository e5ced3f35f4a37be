// How a write is told: status, ETag, Last-Modified, Location, and the body that `Prefer: return` asks for (FHIR R4 http §3.1.0.1.9).
import { type Answer, json, outcomeText } from '../answer.ts';
import { versionHeaders } from '../read/version-headers.ts';
import type { Service } from '../service.ts';
import type { Written } from './writes.ts';

export function answerWrite(service: Service, { status, version }: Written, prefer: string | undefined): Answer {
  if (version === undefined) return { status, headers: {}, body: undefined };
  const location = `${service.base}/${version.key}/_history/${version.facts.version}`;
  const headers = {
    ...versionHeaders(version),
    ...(status === 201 ? { location } : {}),
    ...(version.bytes === undefined ? {} : { 'content-location': location }),
  };
  const wanted = /(?:^|[,;\s])return=(minimal|representation|OperationOutcome)/.exec(prefer ?? '')?.[1] ?? 'representation';
  if (wanted === 'OperationOutcome')
    return json(status === 204 ? 200 : status, outcomeText('information', 'informational', 'done'), headers);
  if (version.bytes === undefined || wanted === 'minimal') return { status, headers, body: undefined };
  return json(status, version.bytes, headers);
}
