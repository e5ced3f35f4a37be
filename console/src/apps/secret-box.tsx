/** A secret, shown once: it can be selected whole with one click, and is gone when the page is left. */
export function SecretBox({ secret }: { readonly secret: string }) {
  return (
    <div className="note is-good" role="status">
      <p>
        <strong>The secret, shown only now</strong>
      </p>
      <p className="mono secret">{secret}</p>
      <p>Hand it over by a way that nobody else reads. If it is lost, make another.</p>
    </div>
  );
}
