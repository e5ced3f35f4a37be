/** A sealed request to the upstream: only `plan()` can make one, so the host can send only what was planned. */
export interface UpstreamRequestParts {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Relative to the upstream's FHIR base, built from the parsed request, never from the client's string. */
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array | undefined;
  /** True when it changes the upstream: the host makes the intent durable before sending (I4). */
  readonly writes: boolean;
  /** What a write is about to change, for its intent: `Type/id`, or `Type` of what is new. */
  readonly about?: readonly string[];
}

let mint: (parts: UpstreamRequestParts) => UpstreamRequest;

export class UpstreamRequest {
  readonly kind = 'upstream';
  readonly method: UpstreamRequestParts['method'];
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array | undefined;
  readonly writes: boolean;
  readonly about: readonly string[];
  readonly #sealed = true;

  private constructor(parts: UpstreamRequestParts) {
    this.method = parts.method;
    this.path = parts.path;
    this.headers = parts.headers;
    this.body = parts.body;
    this.writes = parts.writes;
    this.about = Object.freeze([...(parts.about ?? [])]);
    Object.freeze(this);
  }

  static isUpstreamRequest(value: unknown): value is UpstreamRequest {
    return typeof value === 'object' && value !== null && #sealed in value;
  }

  static {
    mint = (parts) => new UpstreamRequest(parts);
  }
}

/** For files in `planning/` only (the architecture test holds the importers to that list). */
export function mintUpstreamRequest(parts: UpstreamRequestParts): UpstreamRequest {
  return mint(parts);
}
