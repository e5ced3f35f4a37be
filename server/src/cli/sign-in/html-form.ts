/** Forms of our own pages, read from their HTML: action, fields, buttons. Enough for pages that we write ourselves; not a parser for others'. */
export interface HtmlForm {
  readonly action: string;
  /** What a person's browser would send with nothing typed: hidden fields, ticked boxes, chosen radios. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Boxes that are not ticked. */
  readonly unticked: readonly (readonly [name: string, value: string])[];
  /** Every named control, also text fields and buttons. */
  readonly names: ReadonlySet<string>;
  /** Buttons that say something by being pressed. */
  readonly buttons: readonly (readonly [name: string, value: string])[];
}

export function formsOf(page: string): readonly HtmlForm[] {
  return [...page.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, tag = '', inside = '']) => {
    const controls = [...inside.matchAll(/<(input|button)\b([^>]*)>/gi)].map((match) => ({
      tag: match[1]!.toLowerCase(),
      ...attributes(match[2]!),
    })) as readonly Readonly<Record<string, string>>[];
    const named = controls.filter((control) => control['name'] !== undefined);
    return {
      action: attributes(tag)['action'] ?? '',
      fields: named.filter(isSent).map((control) => [control['name']!, control['value'] ?? 'on'] as const),
      unticked: named
        .filter((control) => control['type'] === 'checkbox' && control['checked'] === undefined)
        .map((control) => [control['name']!, control['value'] ?? 'on'] as const),
      names: new Set(named.map((control) => control['name']!)),
      buttons: named
        .filter((control) => control['tag'] === 'button')
        .map((control) => [control['name']!, control['value'] ?? ''] as const),
    };
  });
}

function isSent(control: Readonly<Record<string, string>>): boolean {
  if (control['tag'] === 'button' || control['disabled'] !== undefined) return false;
  switch (control['type']) {
    case 'hidden':
      return true;
    case 'checkbox':
    case 'radio':
      return control['checked'] !== undefined;
    default:
      return false;
  }
}

/** An attribute without a value is there as ''. */
function attributes(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, quoted, bare] of text.matchAll(/([a-z][a-z0-9-]*)(?:\s*=\s*(?:"([^"]*)"|([^\s">]+)))?/gi)) {
    found[name!.toLowerCase()] = plain(quoted ?? bare ?? '');
  }
  return found;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function plain(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return entities[name!] ?? whole;
  });
}
