/** What went wrong, where it was tried. */
export function ProblemBox({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <div className="problem" role="alert">
      <p>{text}</p>
    </div>
  );
}
