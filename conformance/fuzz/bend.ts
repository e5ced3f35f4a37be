/** Nonsense, and ways of putting it into good parameters: dropped, doubled, cut, swapped, filled. */
import type { Random } from './random.ts';

export type Params = readonly (readonly [name: string, value: string])[];

/** Escaped or not, this must never stand as markup in a page. */
export const MARKUP = '<x-fuzz>';

export const nonsense: readonly string[] = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  'undefined',
  '[object Object]',
  '__proto__',
  'constructor',
  '\u0000',
  'a\u0000b',
  '\ud83d\ude00',
  '\u202egnp.exe',
  '%00',
  '%',
  '%zz',
  '../../etc/passwd',
  "' OR 1=1 --",
  '";DROP TABLE client;--',
  `"><script>${MARKUP}</script>`,
  MARKUP,
  '{"$gt":""}',
  'a'.repeat(300),
  'a'.repeat(5000),
  'https://evil.example.test/',
  'javascript:alert(1)',
  'data:text/html,x',
  'http://169.254.169.254/latest/meta-data/',
  '\r\nSet-Cookie: x=y',
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.',
  `${'e30.'.repeat(3)}`,
  'e30.e30.e30.e30.e30',
  '9'.repeat(40),
  'plain',
  'S256',
  'openid',
  'none',
  'login',
  'aal2',
  'system/*.cruds',
  'patient/*.cruds user/*.cruds system/*.cruds __admin __introspect __launch',
  'admin',
];

const names: readonly string[] = [
  'client_id',
  'client_secret',
  'redirect_uri',
  'scope',
  'state',
  'response_type',
  'response_mode',
  'grant_type',
  'code',
  'code_verifier',
  'code_challenge',
  'code_challenge_method',
  'aud',
  'resource',
  'launch',
  'nonce',
  'prompt',
  'max_age',
  'login_hint',
  'id_token_hint',
  'claims',
  'request',
  'request_uri',
  'registration',
  'acr_values',
  'display',
  'ui_locales',
  'refresh_token',
  'token',
  'token_type_hint',
  'client_assertion',
  'client_assertion_type',
  'assertion',
  'subject_token',
  'subject_token_type',
  'requested_token_type',
  'actor_token',
  'audience',
  'dpop_jkt',
  'post_logout_redirect_uri',
  'purpose',
  'username',
  'password',
  'csrf',
  'decision',
  'duration',
  '__proto__',
  'constructor',
  'toString',
];

/** `spare`: tokens and codes that were given to somebody, to be put where they do not belong. */
export function bent(dice: Random, given: Params, spare: readonly string[]): Params {
  let params = given;
  for (let bends = 1 + dice.below(3); bends > 0; bends -= 1) {
    const at = dice.below(Math.max(1, params.length));
    const change = (to: (value: string) => string): Params =>
      params.map(([name, value], index) => (index === at ? [name, to(value)] : [name, value]));
    switch (dice.below(8)) {
      case 0:
        params = params.filter((_one, index) => index !== at);
        break;
      case 1:
        params = [...params, ...params.slice(at, at + 1)];
        break;
      case 2:
        params = change(() => dice.pick(nonsense));
        break;
      case 3:
        params = change((value) => flipped(dice, value));
        break;
      case 4:
        params = [...params, [dice.pick(names), dice.pick(nonsense)]];
        break;
      case 5:
        if (spare.length > 0) params = [...params, [dice.pick(names), dice.pick(spare)]];
        break;
      case 6:
        params = change((value) => value.slice(0, dice.below(value.length + 1)));
        break;
      case 7:
        params = change((value) => `${value}${dice.pick(nonsense)}`);
        break;
    }
  }
  return params;
}

/** One character is another. */
export function flipped(dice: Random, text: string): string {
  const at = dice.below(Math.max(1, text.length));
  const other = dice.pick(['A', 'b', '0', '-', '_', '.', '=', ' ']);
  return `${text.slice(0, at)}${text[at] === other ? 'Z' : other}${text.slice(at + 1)}`;
}
