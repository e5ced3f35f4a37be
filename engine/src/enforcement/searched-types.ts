/** The types that the upstream can search, and by which parameters, by its own capability statement: asking for others would be an error of the whole request. */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import { planMetadata } from '../planning/plan-metadata.ts';
import { Problem } from '../problem.ts';
import type { Found, Need } from './need.ts';
import { scanned, upstreamAnswer } from './upstream-answer.ts';

const REST = name('rest');
const RESOURCE = name('resource');
const TYPE = name('type');
const INTERACTION = name('interaction');
const CODE = name('code');
const SEARCH_PARAM = name('searchParam');
const NAME = name('name');
const SEARCH_TYPE = name('search-type');

/** Names of search parameters, by type. Throws Problem `upstream-unavailable`. */
export function* searchedTypes(): Generator<Need, ReadonlyMap<string, ReadonlySet<string>>, Found> {
  const answer = upstreamAnswer(yield planMetadata());
  if (answer.status !== 200) throw new Problem('upstream-unavailable', 'The server behind cannot answer now.');
  const statement = scanned(answer.body);
  const types = new Map<string, ReadonlySet<string>>();
  for (const rest of items(statement, statement.member(statement.root, REST))) {
    for (const resource of items(statement, statement.member(rest, RESOURCE))) {
      const searched = items(statement, statement.member(resource, INTERACTION)).some((one) =>
        statement.stringIs(statement.member(one, CODE), SEARCH_TYPE),
      );
      if (!searched) continue;
      const parameters = items(statement, statement.member(resource, SEARCH_PARAM)).map(
        (one) => statement.string(statement.member(one, NAME)) ?? '',
      );
      types.set(statement.string(statement.member(resource, TYPE)) ?? '', new Set(parameters));
    }
  }
  return types;
}

function items(document: JsonDocument, list: JsonNode): readonly JsonNode[] {
  const found: JsonNode[] = [];
  if (document.isArray(list)) for (let item = document.first(list); item !== NONE; item = document.next(item)) found.push(item);
  return found;
}
