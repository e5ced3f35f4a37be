import { expect, test } from 'vitest';
import { html } from './html.ts';

test('values are escaped, markup made by html is not', () => {
  const name = `<img src=x onerror="alert(1)">&'`;
  expect(html`<p title="${name}">${html`<b>${name}</b>`}</p>`.toString()).toBe(
    '<p title="&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;"><b>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;</b></p>',
  );
});

test('lists are joined, nothing leaves nothing', () => {
  expect(html`${[1, 'a<', html`<i></i>`]}${undefined}${false}`.toString()).toBe('1a&lt;<i></i>');
});

test('an object that only looks like Html is not taken for it', () => {
  const forged = { toString: () => '<script>' } as never;
  expect(() => html`${forged}`.toString()).toThrow();
});
