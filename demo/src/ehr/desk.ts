/** The EHR's one page: who sits at it, whose record is open, which app to open. It must not decide who may see what; whoever is chosen signs in at Fireguard. */
import type { DemoClient, DemoPersona } from '../start/demo-file.ts';
import { type Answer, EhrProblem } from './answer.ts';
import type { Doors } from './fireguard-doors.ts';
import { type Html, html, page } from './html.ts';
import { prepareLaunch } from './prepare-launch.ts';

export interface Desk {
  readonly people: readonly DemoPersona[];
  /** The EHR at Fireguard: a backend service with the scope `__launch`. */
  readonly service: DemoClient;
  /** client_id and launch address offered first. */
  readonly app: { readonly client: string; readonly launchUrl: string };
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/;

export function deskPage({ people, app }: Desk): Html {
  const patients = people.flatMap(({ display, fhirUser }) =>
    fhirUser?.startsWith('Patient/') ? [{ id: fhirUser.slice('Patient/'.length), display }] : [],
  );
  return page(
    'A simulated EHR',
    html`<p>Opens an app with a record in context, as an EHR does. Fireguard asks the person to sign in, and decides what the app may see.</p>
<form method="post" action="/launch">
<label>You are <select name="user">${people.map(({ username, display }) => html`<option value="${username}">${display} (${username})</option>`)}</select></label>
<label>Patient (id; empty: you choose while signing in) <input name="patient" list="patients" value="${patients[0]?.id ?? ''}"></label>
<datalist id="patients">${patients.map(({ id, display }) => html`<option value="${id}">${display}</option>`)}</datalist>
<label>Visit (id, optional) <input name="encounter" value=""></label>
<label>App (client_id) <input name="client" required value="${app.client}"></label>
<label>Its launch address <input name="launchUrl" type="url" required value="${app.launchUrl}"></label>
<label><input type="checkbox" name="banner" value="yes" checked> The app must show whose record is open</label>
<button>Open the app</button>
</form>`,
  );
}

export async function openApp({ people, service }: Desk, doors: Doors, form: URLSearchParams): Promise<Answer> {
  const user = form.get('user') ?? '';
  if (!people.some(({ username }) => username === user)) throw new EhrProblem(400, 'This EHR does not know that person.');
  const to = URL.parse(form.get('launchUrl') ?? '');
  if (to === null || !/^https?:$/.test(to.protocol) || to.username !== '' || to.password !== '')
    throw new EhrProblem(400, 'The launch address is not an http or https address.');
  const { launch, iss } = await prepareLaunch(doors, service, {
    client: form.get('client') ?? '',
    user,
    ...chosen(form, 'patient'),
    ...chosen(form, 'encounter'),
    needPatientBanner: form.get('banner') === 'yes',
  });
  to.searchParams.set('iss', iss);
  to.searchParams.set('launch', launch);
  return { kind: 'go', to };
}

function chosen(form: URLSearchParams, name: 'patient' | 'encounter'): { readonly [name in 'patient' | 'encounter']?: string } {
  const id = (form.get(name) ?? '').trim();
  if (id === '') return {};
  if (!ID.test(id)) throw new EhrProblem(400, `That is not the id of a ${name === 'patient' ? 'patient' : 'visit'}.`);
  return { [name]: id };
}
