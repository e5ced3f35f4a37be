/** Bulk exports, as the gateway sees them: it understands and decides a kick-off like any request, and hands over what comes after. */
import type { Caller, OperationRequest } from '@fireguard/engine';
import type { HttpResponse, Incoming, StreamedResponse } from '../http/incoming.ts';
import type { Place } from './places.ts';

export interface Exports {
  readonly enabled: boolean;
  /** Begins what was accepted; gives the URL of its status. Throws Problem `rate-limited` or `operation-not-supported`. */
  begin(caller: Caller, asked: OperationRequest): Promise<string>;
  /** Status, files and deletion of an export that was begun. Records what it answers. */
  answer(incoming: Incoming, place: Place & { readonly kind: 'export' }): Promise<HttpResponse | StreamedResponse>;
}
