/** What the prose claims: links lead somewhere, commands and files that are named exist, examples are accepted by what reads them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compilePolicies, r4 } from '@fireguard/engine';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { commands } from '../server/src/cli/commands.ts';
import { checkedConfig } from '../server/src/config/checked-config.ts';

const root = path.resolve(import.meta.dirname, '..');
const text = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const outside = [
  'README.md',
  'AGENTS.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'engine/README.md',
  'server/README.md',
];
const inside = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name.split(path.sep).join('/')}`);
const files = [...outside, ...inside];

/** The anchor that a heading gets. */
function anchors(markdown: string): ReadonlySet<string> {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map((match) => match[1]!.toLowerCase());
  return new Set(headings.map((heading) => heading.replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));
}

function fenced(language: string): readonly { readonly file: string; readonly code: string }[] {
  return files.flatMap((file) =>
    [...text(file).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => ({
      file,
      code: match[1]!,
    })),
  );
}

test.each(files)('%s: every relative link leads somewhere', (file) => {
  const broken = [...text(file).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].filter(([, target]) => {
    const [place = '', anchor] = target!.split('#');
    const found = place === '' ? path.join(root, file) : path.resolve(root, path.dirname(file), place);
    if (!existsSync(found)) return true;
    return anchor !== undefined && !anchors(readFileSync(found, 'utf8')).has(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

test.each(files)('%s: every npm script that is named exists', (file) => {
  const { scripts } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
  const named = [...text(file).matchAll(/\bnpm (?:run (\w[\w-]*)|(start|test)\b)/g)].map((match) => (match[1] ?? match[2])!);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test.each(files)('%s: every command and option of fireguard that is named exists', (file) => {
  const wrong = [...text(file).matchAll(/\b(?:npx |`)fireguard ((?:[a-z][a-z-]* ?)+)([^\n`)]*)/g)].flatMap(
    ([whole, words, rest]) => {
      const command = commands.find(({ name }) => `${words} `.startsWith(`${name} `));
      if (command === undefined) return [whole];
      // What begins with the next command of a pipe or comment is not ours.
      const options = [...rest!.split(/[|#]/)[0]!.matchAll(/(?<=\s|^)--([a-z-]+)/g)].map((match) => match[1]!);
      return options
        .filter((option) => option !== 'help' && command.options[option] === undefined)
        .map((option) => `${command.name} --${option}`);
    },
  );
  expect(wrong).toEqual([]);
});

test.each(inside.filter((file) => !file.startsWith('docs/reference/')))('%s: every file that is named exists', (file) => {
  const named = [...text(file).matchAll(/`((?:engine|server|demo|console|tools|bench|docs)\/[\w./-]+)`/g)].map(
    (match) => match[1]!,
  );
  expect(named.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
});

test('docs/architecture.md gives every invariant from I1 to I12 a test, or says that there is none yet', () => {
  const rows = [...text('docs/architecture.md').matchAll(/^\| (I\d+) \|.*\| (.*) \|$/gm)];
  expect(rows.map((row) => row[1])).toEqual(Array.from({ length: 12 }, (_, index) => `I${index + 1}`));
  expect(rows.filter((row) => !/\.test\.ts`|not yet/.test(row[2]!))).toEqual([]);
});

test('docs/threat-model.md names attacks that have a file', () => {
  const rows = text('docs/threat-model.md')
    .split('## Attackers')[1]!
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const named = rows.flatMap((row) => [...row.split('|')[3]!.matchAll(/`([a-z-]+)`/g)].map((match) => match[1]!));
  expect(named.filter((name) => !existsSync(path.join(root, `server/test/attacks/${name}.test.ts`)))).toEqual([]);
  expect(named.length).toBeGreaterThan(8);
});

describe('examples', () => {
  const yaml = fenced('yaml').map(({ file, code }) => ({ file, code, parsed: parse(code) as Record<string, unknown> }));
  const configurations = yaml.filter(({ parsed }) => !('policySet' in parsed));
  const policies = yaml.filter(({ parsed }) => 'policySet' in parsed);

  test.each(configurations)('a configuration in $file can be used', ({ parsed }) => {
    const upstream = { url: 'http://127.0.0.1:8090/fhir', credentials: { bearer: 'x' } };
    // A key has a form of its own; what stands for it until the start has not.
    const told = JSON.parse(JSON.stringify(parsed).replaceAll(/\$\{env:\w*KEY\}/g, 'k'.repeat(40))) as typeof parsed;
    expect(() => checkedConfig({ upstream, ...told })).not.toThrow();
  });

  test.each(policies)('a policy in $file can be used', ({ parsed }) => {
    expect(() => compilePolicies([parsed], r4())).not.toThrow();
  });

  test('there are some of each', () => {
    expect(configurations.length).toBeGreaterThan(3);
    expect(policies.length).toBeGreaterThan(0);
  });
});

test('R-253 R-254 SECURITY.md says how to report a hole here, and one in the specification', () => {
  expect(text('SECURITY.md')).toMatch(/## Report a hole[\s\S]*private vulnerability report[\s\S]*specification itself/);
  expect(text('README.md')).toContain('](SECURITY.md)');
});
