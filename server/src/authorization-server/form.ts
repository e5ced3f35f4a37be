/**
 * Form bodies and their tokens. A form's token is a MAC over the login step's id and the form's name, so that a page of somebody else's site
 * cannot send it, and a token of one form opens no other. INVARIANT: a form without its own token changes nothing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '@fireguard/engine';

/** Fields of an `application/x-www-form-urlencoded` body; throws a Problem when it cannot be one. */
export function parseForm(body: unknown): URLSearchParams {
  const form = new URLSearchParams(typeof body === 'string' ? body : '');
  // PostgreSQL cannot keep U+0000, and no field of ours has it.
  for (const [name, value] of form) if (name.includes('\0') || value.includes('\0')) throw unreadable();
  return form;
}

function unreadable(): Problem {
  return new Problem('request-not-understood', 'The form cannot be read.');
}

export interface FormTokens {
  make(uid: string, form: string): string;
  check(uid: string, form: string, token: string | null): boolean;
}

export function createFormTokens(key: string): FormTokens {
  const make = (uid: string, form: string) => createHmac('sha256', key).update(`form\n${form}\n${uid}`).digest('base64url');
  return {
    make,
    check(uid, form, token) {
      const wanted = Buffer.from(make(uid, form));
      const given = Buffer.from(token ?? '');
      return wanted.length === given.length && timingSafeEqual(wanted, given);
    },
  };
}
