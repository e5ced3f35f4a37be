/** Where an app may be sent back to, checked when it is registered. */
import { z } from 'zod';

/** As it stands in the text, before any parser repairs it: `https:/x` and `https:\x` are read as `https://x`. */
const written = /^https?:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?([/?]|$)/;

/** Redirect addresses are compared character by character (RFC 9700 §2.1): no fragment, no wildcard, plain HTTP only to this machine. */
export const redirectUri = z
  .string()
  .max(2000)
  .refine((text) => {
    const url = URL.parse(text);
    if (!/^[\x21-\x5b\x5d-\x7e]+$/.test(text)) return false;
    if (url === null || url.hash !== '' || text.includes('*') || url.username !== '' || url.password !== '') return false;
    if (url.protocol === 'https:') return written.test(text);
    if (url.protocol === 'http:') return written.test(text) && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    // A private-use scheme of a native app holds a dot (RFC 8252 §7.1), so `javascript:` and `data:` cannot be one.
    return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol);
  }, 'A redirect address is https, http on this machine, or an app’s own scheme such as org.example.app:/back; without # and *.');
