// Bad habits of real FHIR servers, each a switch, so that what stands in front can be tried against them.

export interface Habits {
  /** An unknown search parameter is dropped, which widens the answer, even under `Prefer: handling=strict`. */
  readonly ignoresUnknownParameters: boolean;
  /** What decides between equals, and in unsorted searches: the id, or the order in which rows came into the table. */
  readonly tieOrder: 'id' | 'insertion';
  /** `If-Match` is accepted and not looked at. */
  readonly noIfMatch: boolean;
  /** String search takes `Äda` for `Ada`. */
  readonly foldsAccents: boolean;
  /** `ne` means "no value equals" instead of "some value differs". */
  readonly negatesNe: boolean;
}

export const GOOD_MANNERS: Habits = Object.freeze({
  ignoresUnknownParameters: false,
  tieOrder: 'id',
  noIfMatch: false,
  foldsAccents: false,
  negatesNe: false,
});
