/** What is wrong, said on top of a form and at its field: the box takes focus without a script, and links to the field. */
import type { Brand } from './brand.ts';
import { type Html, type HtmlValue, html } from './html.ts';

export interface PageProblem {
  readonly heading: string;
  readonly summary: HtmlValue;
  /** Id of the field that it is about. */
  readonly field: string;
  /** What to do, at the field. */
  readonly advice?: string | undefined;
}

export function problemBox(problem: PageProblem | undefined): Html | undefined {
  if (problem === undefined) return undefined;
  return html`<div class="problems" role="alert" tabindex="-1" autofocus id="problems">
        <h2>${problem.heading}</h2>
        <p><a href="#${problem.field}">${problem.summary}</a></p>
      </div>`;
}

/** A field with its label, hint and problem; `input` is handed the attributes that tie them together. */
export function field(
  brand: Brand,
  of: { readonly id: string; readonly label: string; readonly hint?: string },
  problem: PageProblem | undefined,
  input: (more: Html) => Html,
): Html {
  const wrong = problem?.field === of.id && problem.advice !== undefined;
  const described = [of.hint === undefined ? '' : `${of.id}-hint`, wrong ? `${of.id}-problem` : ''].filter((id) => id !== '');
  const more = html`${described.length > 0 && html` aria-describedby="${described.join(' ')}"`}${wrong && html` aria-invalid="true"`}`;
  return html`<div class="field${wrong && ' has-problem'}">
          <label for="${of.id}">${of.label}</label>
          ${of.hint !== undefined && html`<p class="hint" id="${of.id}-hint">${of.hint}</p>`}
          ${wrong && html`<p class="problem" id="${of.id}-problem"><span class="hide">${brand.language.texts['sign-in'].problem}</span>${problem?.advice}</p>`}
          ${input(more)}
        </div>`;
}
