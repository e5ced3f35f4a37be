/** Settings of one's own over the demo's: objects member by member, anything else instead of what was there. What results is checked as any configuration is. */
type Settings = Readonly<Record<string, unknown>>;

export function layOver<T extends object>(base: T, over: Settings): T {
  const merged: Record<string, unknown> = Object.fromEntries(Object.entries(base));
  for (const [name, value] of Object.entries(over)) {
    const old = merged[name];
    merged[name] = isObject(old) && isObject(value) ? layOver(old, value) : value;
  }
  return merged as T;
}

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
