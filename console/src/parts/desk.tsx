/** A room with a list, and beside it the one that is open; on a phone, one after the other. The same thing as a command comes last. */
import { type ReactNode, useEffect, useRef } from 'react';

export interface DeskItem {
  readonly key: string;
  readonly to: string;
  readonly isOpen: boolean;
  readonly name: ReactNode;
  readonly badge?: ReactNode;
  /** The second line. */
  readonly context: ReactNode;
}

export interface DeskProps {
  readonly heading: string;
  readonly lead: string;
  /** Which part of the list: links on top. */
  readonly tabs?: readonly { readonly words: string; readonly to: string; readonly isCurrent: boolean }[];
  /** Between the head and the list. */
  readonly above?: ReactNode;
  readonly problem: string | undefined;
  readonly isWaiting: boolean;
  /** Undefined: not read yet. */
  readonly items: readonly DeskItem[] | undefined;
  readonly listName: string;
  /** Where there is none. */
  readonly none: string;
  /** The one that is open. */
  readonly children?: ReactNode;
  readonly command: string;
}

export function Desk(props: DeskProps) {
  const { heading, lead, tabs = [], above, problem, isWaiting, items, listName, none, children, command } = props;
  const isOpen = children !== undefined && children !== false;
  return (
    <div className={isOpen ? 'is-reading' : undefined}>
      <div className="desk-head">
        <div>
          <h1>{heading}</h1>
          <p className="quiet aside-while-reading">{lead}</p>
        </div>
        {tabs.length > 0 && (
          <nav className="tabs aside-while-reading" aria-label="Show">
            {tabs.map(({ words, to, isCurrent }) => (
              <a key={to} href={to} {...(isCurrent ? { 'aria-current': 'page' as const } : {})}>
                {words}
              </a>
            ))}
          </nav>
        )}
      </div>
      <div className="desk-body stack">
        {above !== undefined && <div className="aside-while-reading">{above}</div>}
        {problem !== undefined && (
          <div className="problem" role="alert">
            <h2>The list cannot be shown</h2>
            <p>{problem}</p>
          </div>
        )}
        {items === undefined && isWaiting && <p className="quiet">Reading …</p>}
        {items?.length === 0 && <p className="quiet aside-while-reading">{none}</p>}
        <div className={isOpen ? 'split is-open queue' : 'split queue'} aria-busy={isWaiting}>
          {items !== undefined && items.length > 0 && (
            <nav className="aside-while-reading" aria-label={listName}>
              <ul className="cases">
                {items.map((item) => (
                  <li key={item.key}>
                    <a href={item.to} {...(item.isOpen ? { 'aria-current': 'page' as const } : {})}>
                      <strong>{item.name}</strong> {item.badge}
                      <span className="two">{item.context}</span>
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
          )}
          {children}
        </div>
        <p className="cli">
          The same in a terminal: <code>{command}</code>
        </p>
      </div>
    </div>
  );
}

/** The heading of what is open: focus goes there, so that a reader by ear or by keyboard is where the news is. */
export function CaseHeading({ id, children }: { readonly id: string; readonly children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (id !== '') heading.current?.focus();
  }, [id]);
  return (
    <h2 id="case" ref={heading} tabIndex={-1}>
      {children}
    </h2>
  );
}

/** Whose room it is, to somebody whose it is not. */
export function NotYours({ heading, name }: { readonly heading: string; readonly name: string }) {
  return (
    <div className="alone stack">
      <h1>{heading}</h1>
      <p>
        This is read by the privacy office. {name} does not have the role privacy-officer; a security administrator can give it.
      </p>
    </div>
  );
}
