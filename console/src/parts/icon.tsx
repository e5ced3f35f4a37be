/** Few icons, on a 24 grid, in the colour of the text, always beside a word. */
const paths = {
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  tick: 'M4.5 12.5l5 5 10-11',
  bar: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM7.5 12h9',
  eye: 'M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6zM4 20L20 4',
  lock: 'M6.500 11h11a1.500 1.500 0 0 1 1.500 1.500v6a1.500 1.500 0 0 1-1.500 1.500h-11A1.500 1.500 0 0 1 5 18.500v-6A1.500 1.500 0 0 1 6.500 11zM8 11V8a4 4 0 0 1 8 0v3',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M12 4v11M7 10.500l5 5 5-5M5 20h14',
  question: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.7.3-1 .8-1 1.700M12 17h.01',
  cross: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM9 9l6 6M15 9l-6 6',
  glass:
    'M5.500 3h13A1.500 1.500 0 0 1 20 4.500v15a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 19.500v-15A1.500 1.500 0 0 1 5.500 3zM12.500 3l-2 6 4 2.500-3.500 4 2 5.500M10.500 9L4 11M14.500 11.500L20 10M11 15.500L4 18',
  bell: 'M12 3.500a5.500 5.500 0 0 1 5.500 5.500c0 5 2 6.500 2 6.500h-15s2-1.500 2-6.500A5.500 5.500 0 0 1 12 3.500zM10 19a2 2 0 0 0 4 0',
  people:
    'M9 4.500a3.500 3.500 0 1 0 0 7a3.500 3.500 0 0 0 0-7zM2.500 19.500c.5-4 3-5.500 6.500-5.500s6 1.500 6.500 5.500M15.500 5a3.500 3.500 0 0 1 0 6.500M18 14.500c2 .7 3 2.300 3.500 5',
  apps: 'M4 4h6.500v6.500H4zM13.500 4H20v6.500h-6.500zM4 13.500h6.500V20H4zM13.500 13.500H20V20h-6.500z',
  hold: 'M12 3v18M7 21h10M5 7h14M5 7l-2.500 6a3 3 0 0 0 5 0zM19 7l-2.500 6a3 3 0 0 0 5 0z',
  screen: 'M3.500 20.500V11a8.500 8.500 0 0 1 17 0v9.500zM9 20.500V3.200M15 20.500V3.200M3.500 12h17M2 20.500h20',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      className="ic"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'tick' ? 2.5 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
