/**
 * FHIR consent.html#provision.dataPeriod: the clinically relevant time of the data, or when it was written. Wholly inside is `yes`, wholly outside
 * `no`; what reaches over an end, or says no time, may be meant.
 */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import type { ConsentMatter } from './matter.ts';
import { momentsOf, type Range, rangeOf } from './period.ts';
import type { Truth } from './truth.ts';

/** Elements of any type that say when. */
const times = [
  ...['effectiveDateTime', 'effectivePeriod', 'effectiveInstant', 'performedDateTime', 'performedPeriod'],
  ...['occurrenceDateTime', 'occurrencePeriod', 'occurredDateTime', 'occurredPeriod', 'period', 'authoredOn', 'authored'],
  ...[
    'recordedDate',
    'recorded',
    'date',
    'dateTime',
    'issued',
    'created',
    'sent',
    'started',
    'whenHandedOver',
    'onsetDateTime',
  ],
  ...[
    'onsetPeriod',
    'dateAsserted',
    'assertedDate',
    'billablePeriod',
    'servicedDate',
    'servicedPeriod',
    'dateRecorded',
    'start',
  ],
].map(name);

export function matchDataPeriod(period: unknown, { document, node }: ConsentMatter): Truth {
  const wanted = rangeOf(period);
  const found = times.map((time) => document.member(node, time)).filter((at) => at !== NONE);
  const ranges = found.map((at) => rangeAt(document, at));
  if (wanted === undefined || ranges.length === 0 || ranges.some((range) => range === undefined)) return 'maybe';
  const known = ranges as readonly Range[];
  if (known.every((range) => range.to < wanted.from || range.from > wanted.to)) return 'no';
  return known.every((range) => range.from >= wanted.from && range.to <= wanted.to) ? 'yes' : 'maybe';
}

function rangeAt(document: JsonDocument, at: JsonNode): Range | undefined {
  return document.isString(at) ? momentsOf(document.string(at)) : rangeOf(document.value(at));
}
