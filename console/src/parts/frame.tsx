/** The frame of every screen: skip link, dark side with what there is, who is signed in. What does not exist yet is not in the list. */
import { type ReactNode, useEffect, useRef } from 'react';
import { Icon } from './icon.tsx';
import { type Room, rooms } from './rooms.ts';

export interface FrameProps {
  /** INVARIANT: holds no patient: titles are kept in histories. */
  readonly title: string;
  /** Undefined: nobody is signed in. */
  readonly person: { readonly name: string; readonly roles: readonly string[] } | undefined;
  readonly onSignOut: (() => void) | undefined;
  /** Which of what there is; default: the audit. */
  readonly at?: Room;
  /** What waits, by room. */
  readonly waiting?: Partial<Readonly<Record<Room, number>>> | undefined;
  readonly children: ReactNode;
}

export function Frame({ title, person, onSignOut, at = 'audit', waiting = {}, children }: FrameProps) {
  const main = useRef<HTMLElement>(null);
  const side = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = title === 'Fireguard' ? title : `${title} – Fireguard`;
  }, [title]);
  // On a phone the rooms scroll sideways: the one that one is in is in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: where one is decides which link is the current one.
  useEffect(() => {
    side.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [at]);
  return (
    <div className="console">
      {/* A button, because the fragment is the console's state and a link would change it. */}
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header className="nav">
        <a className="brand" href="#/audit">
          <Icon name="screen" /> Fireguard
        </a>
        {person !== undefined && (
          <nav aria-label="Console" ref={side}>
            <ul>
              {rooms.map(({ room, words, icon }) => (
                <li key={room}>
                  <a className="item" href={`#/${room}`} {...(at === room ? { 'aria-current': 'page' as const } : {})}>
                    <Icon name={icon} /> {words}
                    <Count of={waiting[room]} />
                  </a>
                </li>
              ))}
            </ul>
          </nav>
        )}
        {onSignOut !== undefined && (
          <div className="me">
            {person !== undefined && (
              <p className="who">
                {person.name}
                <br />
                {person.roles.map(roleWord).join(', ')}
              </p>
            )}
            <p>
              <button type="button" className="link" onClick={onSignOut}>
                Sign out
              </button>
            </p>
          </div>
        )}
      </header>
      <main className="desk" id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Count({ of }: { readonly of: number | undefined }) {
  if (of === undefined || of === 0) return null;
  return (
    <span className="count">
      {of}
      <span className="hide"> waiting</span>
    </span>
  );
}

/** `privacy-officer` → Privacy officer. */
function roleWord(role: string): string {
  const words = role.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
