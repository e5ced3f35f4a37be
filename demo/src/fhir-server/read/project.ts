// A projection keeps the bytes of what it keeps, drops the rest, and says so with the SUBSETTED tag (FHIR R4 search §3.1.1.5.8).
import { JsonEdit, NONE, name, scan } from '../../json.ts';

const SUBSETTED =
  '{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED","display":"Resource encoded in summary mode"}';
const META = name('meta');
const TAG = name('tag');

export function project(bytes: Uint8Array, keep: (name: string) => boolean): Uint8Array {
  const document = scan(bytes, { maxDepth: 200 });
  const edit = new JsonEdit(document);
  for (let member = document.first(document.root); member !== NONE; member = document.next(member)) {
    if (!keep(document.key(member))) edit.remove(member);
  }
  const meta = document.member(document.root, META);
  const tag = document.member(meta, TAG);
  if (meta === NONE) edit.insertMember(document.root, 'meta', `{"tag":[${SUBSETTED}]}`);
  else if (tag === NONE) edit.insertMember(meta, 'tag', `[${SUBSETTED}]`);
  else if (!document.raw(tag).includes('"SUBSETTED"')) edit.appendItem(tag, SUBSETTED);
  return edit.apply();
}
