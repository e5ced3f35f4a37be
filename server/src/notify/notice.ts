/** What is told. INVARIANT: it holds no patient, no resource and no query: who is told looks it up where looking is decided and recorded. */

export type NoticeTopic =
  /** Somebody broke the glass, or ended it. */
  | 'break-glass'
  /** An alert rule was met. */
  | 'alert'
  /** A patient asks about an entry of their access log. */
  | 'question'
  /** Where the audit chain ends, signed. */
  | 'checkpoint'
  /** Something that whoever runs the server must know: a clock that jumped, a disk that is full. */
  | 'operation';

export interface NewNotice {
  /** The same id is stored once: what may be told twice is given one. Default: a fresh UUID. */
  readonly id?: string;
  readonly topic: NoticeTopic;
  /** One line. */
  readonly title: string;
  /** For a reader. */
  readonly text: string;
  /** For a program: names and plain values; no patient. */
  readonly facts?: Readonly<Record<string, string | number>>;
  /** Absolute URL of the page where it is looked at. */
  readonly link?: string;
}

export interface Notice extends Required<Omit<NewNotice, 'link'>> {
  readonly link: string | undefined;
  /** ISO 8601: when it was stored. */
  readonly at: string;
}
