/** OpenID Connect Back-Channel Logout 1.0 §2.2: where an app is told of a sign-out. Plain HTTP to this machine only, where nothing but a development server goes. */
import { z } from 'zod';

export const logoutUri = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .refine((text) => {
    const { protocol, hostname, hash } = new URL(text);
    return hash === '' && (protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
  }, 'A logout address is https (or http on this machine, for development), without #.');
