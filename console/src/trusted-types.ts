/**
 * The page runs under `require-trusted-types-for 'script'`: a string can become markup only through here, and here only what holds no tag passes (Mantine
 * puts its style sheet in that way). INVARIANT: no text of a record can ever become an element.
 */
interface TrustedTypes {
  createPolicy(name: string, rules: { readonly createHTML: (text: string) => string }): unknown;
}

export function guardMarkup(): void {
  // Browsers without it ignore the header as well; React escapes in any of them.
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createHTML(text) {
      if (text.includes('<')) throw new TypeError('markup is not accepted');
      return text;
    },
  });
}
