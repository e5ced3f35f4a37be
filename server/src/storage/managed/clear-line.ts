/** Turns what initdb or postgres printed into one line that an operator understands. */
const known: readonly (readonly [RegExp, string])[] = [
  [/No space left on device|Disk quota exceeded/i, 'the disk is full'],
  [/Read-only file system/i, 'the file system is read-only'],
  [/Permission denied/i, 'the folder cannot be written by the account that PostgreSQL runs as'],
  [/wrong ownership/i, 'the cluster belongs to another account than the one PostgreSQL runs as now'],
  [
    /could not (find|locate) a valid checkpoint record|invalid (primary )?checkpoint|PANIC/i,
    'the cluster is damaged: restore it from a backup',
  ],
  [/database files are incompatible/i, 'the cluster was made by another build of PostgreSQL'],
  [/control file|pg_control/i, 'the cluster is damaged (control file): restore it from a backup'],
  [
    /out of memory|could not create shared memory|Cannot allocate memory|could not map anonymous/i,
    'there is not enough memory',
  ],
  [/error while loading shared libraries: (\S+)/i, 'a library is missing'],
];

/** `output` is the program's standard error. */
export function clearLine(output: string): string {
  const worst = output.split('\n').filter((line) => /FATAL|PANIC|error|could not/i.test(line));
  const said = (worst.at(-1) ?? output.trim().split('\n').at(-1) ?? '').trim().slice(0, 300);
  const meaning = known.find(([pattern]) => pattern.test(output))?.[1];
  if (meaning === undefined) return said || 'it ended without a word';
  return said === '' ? meaning : `${meaning} (${said})`;
}
