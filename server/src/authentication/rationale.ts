/** Why somebody asks, in their own words: the header `Fireguard-Reason`, for rules that demand it. It permits nothing by itself, and is kept in the audit trail alone. */
import { Problem } from '@fireguard/engine';

const LONGEST = 500;

/** Plain text, or UTF-8 written with percent signs. Undefined: nothing was said. Throws Problem `parameter-invalid`. */
export function rationaleOf(headers: ReadonlyMap<string, readonly string[]>): string | undefined {
  const lines = headers.get('fireguard-reason') ?? [];
  if (lines.length === 0) return undefined;
  const text = lines.length === 1 ? decoded(lines[0]!) : undefined;
  if (text === undefined || text.length < 3 || text.length > LONGEST || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text))
    throw new Problem('parameter-invalid', 'Fireguard-Reason is one text of 3 to 500 characters.');
  return text;
}

function decoded(line: string): string | undefined {
  try {
    return decodeURIComponent(line).trim();
  } catch {
    return undefined;
  }
}
