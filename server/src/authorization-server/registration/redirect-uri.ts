/** Where an app may be sent back to, checked when it is registered. */
import { z } from 'zod';

/** Redirect addresses are compared character by character (RFC 9700 §2.1): no fragment, no wildcard, plain HTTP only to this machine. */
export const redirectUri = z
  .string()
  .max(2000)
  .refine((text) => {
    const url = URL.parse(text);
    if (url === null || url.hash !== '' || text.includes('*') || url.username !== '' || url.password !== '') return false;
    if (url.protocol === 'https:') return true;
    if (url.protocol === 'http:') return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    // A private-use scheme of a native app holds a dot (RFC 8252 §7.1), so `javascript:` and `data:` cannot be one.
    return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol);
  }, 'A redirect address is https, http on this machine, or an app’s own scheme such as org.example.app:/back; without # and *.');
