/** The language that a person chose by a link at the foot of a page (`?lang=de`): kept in a cookie that says nothing else. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Brand } from './pages/brand.ts';

const NAME = 'fireguard-language';
const YEAR_SECONDS = 31_536_000;

export function chosenLanguage(request: FastifyRequest): string | undefined {
  const { lang } = (request.query ?? {}) as { readonly lang?: unknown };
  if (typeof lang === 'string') return lang.slice(0, 20);
  const line = request.headers.cookie ?? '';
  return new RegExp(`(?:^|; *)${NAME}=([A-Za-z-]{2,20})`).exec(line)?.[1];
}

/** On every page: a choice is kept, if it is one. */
export function keepChosenLanguage(app: FastifyInstance, { languages }: Brand, overTls: boolean): void {
  app.addHook('onRequest', async (request, reply) => {
    const { lang } = (request.query ?? {}) as { readonly lang?: unknown };
    const chosen = languages.find(({ code }) => code === lang);
    if (request.method !== 'GET' || chosen === undefined) return;
    const secure = overTls ? '; secure' : '';
    reply.header('Set-Cookie', `${NAME}=${chosen.code}; path=/; max-age=${YEAR_SECONDS}; httponly; samesite=lax${secure}`);
  });
}
