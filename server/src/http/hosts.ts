/**
 * Which `Host` values a listener answers to (hardening B11-137). A page of somebody else's site whose name was pointed at our address
 * (DNS rebinding) sends its own name here: it is refused before anything else is read.
 */
export class Hosts {
  readonly #allowed = new Set<string>();

  /** `host[:port]`, as in a URL; the default port may be left out by the client. */
  allow(url: string): void {
    const { host, hostname, port, protocol } = new URL(url);
    this.#allowed.add(host.toLowerCase());
    if (port === '') this.#allowed.add(`${hostname}:${protocol === 'https:' ? 443 : 80}`.toLowerCase());
  }

  /** Exactly one Host line, and one of ours (RFC 9112 §3.2). */
  accepts(lines: readonly string[] | undefined): boolean {
    return lines !== undefined && lines.length === 1 && this.#allowed.has(lines[0]!.toLowerCase());
  }
}
