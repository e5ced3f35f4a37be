/** RFC 6750 §2.1 `Authorization: Bearer <b64token>` and RFC 9449 §7.1 `Authorization: DPoP <token>`, once. */
import { Problem } from '@fireguard/engine';

const LONGEST = 4096;

export interface TokenLine {
  readonly scheme: 'bearer' | 'dpop';
  readonly token: string;
}

/** Undefined where no token was presented. Throws Problem token-invalid for a malformed one, request-not-understood for two. */
export function tokenLine(lines: readonly string[] | undefined): TokenLine | undefined {
  if (lines === undefined || lines.length === 0) return undefined;
  // Two credentials: whichever we took, somebody in front of us may have looked at the other.
  if (lines.length > 1) throw new Problem('request-not-understood', 'Exactly one Authorization header is allowed.');
  const line = lines[0]!;
  const space = line.indexOf(' ');
  const scheme = (space === -1 ? line : line.slice(0, space)).toLowerCase();
  if (scheme !== 'bearer' && scheme !== 'dpop') return undefined;
  const token = space === -1 ? '' : line.slice(space + 1);
  if (token.length > LONGEST || !/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw new Problem('token-invalid', 'The access token is not valid.');
  }
  return { scheme, token };
}
