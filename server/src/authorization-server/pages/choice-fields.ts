/** The ticks for what an app may see and change, a group for each; kinds stand inside their part. Everything that is offered is ticked, but no kind. */
import type { Choice, ChoiceGroup } from './consent-choices.ts';
import { type Html, html } from './html.ts';
import type { Language } from './language.ts';
import type { Texts } from './texts.ts';

const FEW = 4;

export function choiceFields(groups: readonly ChoiceGroup[], language: Language): readonly Html[] {
  return groups.map((group, at) => fieldsOf(group, at, language));
}

function fieldsOf(group: ChoiceGroup, at: number, language: Language): Html {
  return html`<fieldset class="group">
            <legend>${group.legend}</legend>
            <div class="card ticks">${group.choices.map((choice, index) => tick(choice, `choice-${at + 1}-${index + 1}`, language))}
            </div>
          </fieldset>`;
}

function tick({ label, hint, value, kinds }: Choice, id: string, language: Language): Html {
  const text = language.texts.consent;
  return html`
              <div class="tick"><input id="${id}" name="scope" type="checkbox" value="${value}" checked><label for="${id}">${label}</label>${hint !== '' && html`<p class="hint">${hint}${kinds !== undefined && kinds.length <= FEW && html`<br>${text.kindsHint}`}</p>`}</div>${
                kinds !== undefined &&
                html`
              ${folded(
                kinds.length,
                text,
                html`<fieldset class="sub"><legend class="hide">${text.kinds(label)}</legend>
                ${kinds.map((kind, at) => html`<div class="tick plain"><input id="${id}-${at + 1}" name="only ${value}" type="checkbox" value="${kind.value}"><label for="${id}-${at + 1}">${kind.label}</label></div>`)}
              </fieldset>`,
              )}`
              }`;
}

/** Few kinds are in view; many are a list to be unfolded. */
function folded(count: number, text: Texts['consent'], content: Html): Html {
  if (count <= FEW) return content;
  return html`<details class="kinds"><summary>${text.someKinds}</summary><p class="hint">${text.kindsHint}</p>${content}</details>`;
}
