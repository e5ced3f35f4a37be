/** Where in the console: the parts of the fragment, such as `people`, `42`. What is sent, kept and gone back to is the address. */
import { useSyncExternalStore } from 'react';
import { type Room, rooms } from './rooms.ts';

export interface Address {
  readonly room: Room;
  readonly rest: readonly string[];
}

export function useAddress(): Address {
  return addressOf(useSyncExternalStore(whenChanged, () => location.hash));
}

function whenChanged(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

function addressOf(fragment: string): Address {
  const [, first = '', ...rest] = fragment.replace(/\?.*$/, '').split('/');
  const found = rooms.find(({ room }) => room === first);
  return { room: found?.room ?? 'audit', rest: rest.map(plain) };
}

/** A broken escape is no reason for a broken page. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

export function addressTo(room: Room, ...rest: readonly (string | undefined)[]): string {
  return ['#', room, ...rest.filter((part) => part !== undefined).map(encodeURIComponent)].join('/');
}
