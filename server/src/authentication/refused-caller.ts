/** A refusal of somebody who is known: what the record of the request names them by. */
import { type Caller, Problem } from '@fireguard/engine';

export class RefusedCaller extends Problem {
  readonly caller: Caller;

  constructor(caller: Caller, refusal: Problem) {
    super(refusal.code, refusal.publicText, {
      cause: refusal,
      ...(refusal.detail === undefined ? {} : { detail: refusal.detail }),
    });
    this.caller = caller;
  }
}
