/**
 * The one script of the pages, under its hash: asks the browser for a passkey and sends the answer by the page's own form. WebAuthn Level 3 §5.
 * It holds no data: what to ask for stands in the form's `data-options`.
 */
import { createHash } from 'node:crypto';
import { html } from './html.ts';

export const passkeyScript = html`<script>
const form = document.querySelector('form[data-options]');
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
const ids = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
async function ask() {
  const options = JSON.parse(form.dataset.options);
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  if (options.user) {
    publicKey.user = { ...options.user, id: bytes(options.user.id) };
    publicKey.excludeCredentials = ids(options.excludeCredentials);
    return navigator.credentials.create({ publicKey });
  }
  publicKey.allowCredentials = ids(options.allowCredentials);
  return navigator.credentials.get({ publicKey });
}
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const found = await ask();
    const response = {};
    for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'])
      if (found.response[name]) response[name] = text(found.response[name]);
    if (found.response.getTransports) response.transports = found.response.getTransports();
    form.elements.answer.value = JSON.stringify({
      id: found.id, rawId: found.id, type: found.type, response, clientExtensionResults: found.getClientExtensionResults(),
    });
    HTMLFormElement.prototype.submit.call(form);
  } catch {
    document.getElementById('not-done').hidden = false;
    document.getElementById('not-done').focus();
  }
});
document.getElementById('ask').disabled = !window.PublicKeyCredential;
document.getElementById('unable').hidden = !!window.PublicKeyCredential;
</script>`;

/** For the page's Content-Security-Policy. */
export const passkeyScriptHash = `'sha256-${createHash('sha256')
  .update(passkeyScript.toString().slice('<script>'.length, -'</script>'.length))
  .digest('base64')}'`;
