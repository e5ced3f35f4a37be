/** The kinds of apps, in words. */
import type { ClientKind } from '../admin-shapes.ts';

export const KINDS: Readonly<Record<ClientKind, { readonly words: string; readonly hint: string }>> = {
  public: { words: 'App without a secret', hint: 'Runs in a browser or on a phone' },
  symmetric: { words: 'App with a secret', hint: 'Has a server of its own that keeps it' },
  asymmetric: { words: 'App with keys', hint: 'Has a server of its own that signs' },
  backend: { words: 'Service', hint: 'Works without a person, and signs' },
};
