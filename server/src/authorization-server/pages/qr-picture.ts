/** A QR code as inline SVG: one path of strokes. Always dark on light, whatever the page's colours: cameras want it so. */
import { qrCode } from '../factors/qr-code.ts';
import { type Html, html } from './html.ts';

const QUIET = 4;

/** Undefined when the text is too long for one; the page has another way. */
export function qrPicture(text: string, label: string): Html | undefined {
  const rows = qrCode(text);
  if (rows === undefined) return undefined;
  const size = rows.length + 2 * QUIET;
  const strokes = rows.flatMap((row, y) =>
    [
      ...row
        .map((dark) => (dark ? '1' : '0'))
        .join('')
        .matchAll(/1+/g),
    ].map((run) => `M${run.index + QUIET} ${y + QUIET}h${run[0].length}`),
  );
  return html`<svg class="qr" viewBox="0 -.5 ${size} ${size}" role="img" aria-label="${label}"><path d="M0 -.5h${size}v${size}h-${size}z" fill="#fff"/><path d="${strokes.join('')}" stroke="#000" fill="none"/></svg>`;
}
