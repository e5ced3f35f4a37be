/** docs/reference/admin-api.md and openapi.json: what the admin API says of itself when it is asked over its own door. */
import { type AdminApiDependencies, createAdminApi } from '../../server/src/admin-api/admin-api.ts';
import { httpSection } from '../../server/src/http/config.ts';
import { pagesListener } from '../../server/src/http/listener.ts';
import { page, table } from './markdown.ts';

interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly summary: string; readonly description: string }>>>
  >;
}

export async function openApiFile(): Promise<string> {
  return `${JSON.stringify(await document(), undefined, 2)}\n`;
}

export async function adminApiPage(): Promise<string> {
  const rows = Object.entries((await document()).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, description }]) => [
      `\`${method.toUpperCase()} ${path}\``,
      summary,
      description.replace(/^Right: |\.$/g, ''),
    ]),
  );
  return page(
    'Admin API',
    'its own OpenAPI document',
    `The one way in for the console, the command line and scripts. It lives under \`/admin\` of the issuer (bearer token), and on the socket \`admin.sock\` in the home folder,
where whoever may open the file acts as the local administrator. Shapes of requests and answers are in [openapi.json](openapi.json), which a running server
also serves as \`/admin/openapi.json\` to those who are signed in.`,
    table(['route', 'what it does', 'right'], rows),
    `Rights: \`administer\` is for the role security-administrator, \`audit\` for privacy-officer, \`look\` for either. A person's token counts only when it was issued for this
API (the console's sign-in); a SMART app's token is worth nothing here. In the \`development\` profile the token in \`<home>/admin-token\` holds every right; in
production there is none. Every act is recorded before it is done, and acknowledged when it holds on every node. Every look at the audit is itself recorded.

Errors are \`{ "error": code, "error_description": text, "requestId": id }\` with a code of [the problem table](problems.md).`,
  );
}

async function document(): Promise<OpenApi> {
  // The document depends on the table of routes alone; none of the stores behind them is asked.
  const nothing: Partial<AdminApiDependencies> = { issuer: 'https://sign-in.example', audiences: [] };
  const listener = pagesListener(httpSection.parse({}));
  await createAdminApi(nothing as AdminApiDependencies).mount(listener, 'socket');
  const answer = await listener.inject({ method: 'GET', url: '/admin/openapi.json' });
  await listener.close();
  if (answer.statusCode !== 200) throw new Error(`the admin API gave no document (${answer.statusCode})`);
  return answer.json();
}
