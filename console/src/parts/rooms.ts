/** The rooms of the console, in the order of its side; each is the first part of the address. */
import type { IconName } from './icon.tsx';

export const rooms = [
  { room: 'audit', words: 'Audit', icon: 'list' },
  { room: 'review', words: 'Broken glass', icon: 'glass' },
  { room: 'alerts', words: 'Alerts', icon: 'bell' },
  { room: 'questions', words: 'Questions', icon: 'question' },
  { room: 'holds', words: 'Legal holds', icon: 'hold' },
  { room: 'people', words: 'People', icon: 'people' },
  { room: 'apps', words: 'Apps', icon: 'apps' },
] as const satisfies readonly { readonly room: string; readonly words: string; readonly icon: IconName }[];

export type Room = (typeof rooms)[number]['room'];
