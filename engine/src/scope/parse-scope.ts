/** SMART App Launch 2.2 §Scopes for requesting FHIR Resources, §Scopes for context data; RFC 6749 §3.3 for the characters. */
import { parseResourceScope, percentDecoded } from './parse-resource-scope.ts';
import type { Scope, ScopeSet } from './scope.ts';

const SMART_PREFIX = 'http://smarthealthit.org/fhir/scopes/';
const OPENID_PREFIX = 'http://openid.net/specs/openid-connect-core-1_0#';

/** Every scope of a space-separated list, each once; empty for an empty list. */
export function parseScopes(text: string): ScopeSet {
  const tokens = new Set(text.split(' ').filter((token) => token !== ''));
  return Object.freeze([...tokens].map(parseScope));
}

/** Classify one scope. What is not exactly one of the known forms is `invalid`. */
export function parseScope(text: string): Scope {
  return Object.freeze(classify(text));
}

function classify(text: string): Scope {
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text)) return invalid(text, 'a character that a scope may not hold');
  if (text.startsWith(SMART_PREFIX)) {
    return smartScope(text, text.slice(SMART_PREFIX.length)) ?? invalid(text, 'no SMART scope after the prefix');
  }
  if (text.startsWith(OPENID_PREFIX)) {
    return identityScope(text, text.slice(OPENID_PREFIX.length)) ?? invalid(text, 'no OpenID scope after the prefix');
  }
  const known = smartScope(text, text);
  if (known !== undefined) return known;
  if (/^(__.|[A-Za-z][A-Za-z0-9+.-]*:\/\/.|urn:.)/.test(text)) return { kind: 'custom', text };
  return invalid(text, 'no known form of scope');
}

function smartScope(text: string, bare: string): Scope | undefined {
  return identityScope(text, bare) ?? launchScope(text, bare) ?? parseResourceScope(text, bare);
}

function identityScope(text: string, bare: string): Scope | undefined {
  switch (bare) {
    case 'openid':
    case 'fhirUser':
    case 'profile':
      return { kind: 'identity', text, name: bare };
    case 'offline_access':
    case 'online_access':
      return { kind: 'offline', text, name: bare };
    default:
      return undefined;
  }
}

function launchScope(text: string, bare: string): Scope | undefined {
  if (bare === 'launch') return { kind: 'launch', text };
  if (!/^launch[/?]/.test(bare)) return undefined;
  const [, target, role] = /^launch\/([a-z]+)(?:\?role=([^&]+))?$/.exec(bare) ?? [];
  if (target === undefined) return invalid(text, 'a launch scope names one type in lower case and at most one role');
  if (role === undefined) return { kind: 'launch', text, target };
  const decoded = percentDecoded(role);
  return decoded === undefined
    ? invalid(text, 'a role that cannot be decoded')
    : { kind: 'launch', text, target, role: decoded };
}

function invalid(text: string, reason: string): Scope {
  return { kind: 'invalid', text, reason };
}
