/** Times as people read them, in the reader's own language and zone. */
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const short = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
});

const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const dateAndMinute = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

export const timeText = (iso: string): string => clock.format(new Date(iso));
export const minuteText = (iso: string): string => short.format(new Date(iso));
export const dayText = (iso: string): string => day.format(new Date(iso));
export const dateText = (iso: string): string => date.format(new Date(iso));
export const fullDateText = (iso: string): string => dateAndMinute.format(new Date(iso));
export const fullText = (iso: string): string => full.format(new Date(iso));
