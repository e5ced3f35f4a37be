/** Whether a scope lies within others, worked out anew: nothing of the server's own reading of scopes is used. */
const RESOURCE = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]*)\.(read|write|\*|c?r?u?d?s?)(\?.+)?$/;
const V1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** Letter by letter: what two bounds allow together is allowed. */
export function isWithin(one: string, bounds: readonly string[]): boolean {
  if (bounds.includes(one)) return true;
  const inner = RESOURCE.exec(one);
  if (inner === null) return false;
  const outer = bounds.map((bound) => RESOURCE.exec(bound)).filter((found) => found !== null);
  const allowing = outer.filter(
    ([, context, type, , query]) => context === inner[1] && (type === '*' || type === inner[2]) && holdsAll(inner[4], query),
  );
  return [...lettersOf(inner[3])].every((letter) => allowing.some(([, , , letters]) => lettersOf(letters).includes(letter)));
}

/** Parameters are joined by AND: who has those of the bound and more has less. */
function holdsAll(inner: string | undefined, bound: string | undefined): boolean {
  const pairs = (query = '') =>
    query
      .replace(/^\?/, '')
      .split('&')
      .filter((pair) => pair !== '');
  return pairs(bound).every((pair) => pairs(inner).includes(pair));
}

function lettersOf(actions = ''): string {
  return V1[actions] ?? actions;
}

export function isResourceScope(one: string): boolean {
  return RESOURCE.test(one);
}
