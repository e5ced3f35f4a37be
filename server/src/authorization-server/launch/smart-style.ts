/** SMART App Launch 2.2 §smart_style_url: how the EHR looks, for apps that want to look alike. Its address is made of its contents, so that a change is a new one. */
import { createHash } from 'node:crypto';

const style = JSON.stringify({
  color_background: '#ffffff',
  color_error: '#a4262c',
  color_highlight: '#0b5c8a',
  color_modal_backdrop: '#00000066',
  color_success: '#1d6b3f',
  color_text: '#1c2226',
  dim_border_radius: '6px',
  dim_font_size: '16px',
  dim_spacing_size: '16px',
  font_family_body: 'system-ui, sans-serif',
  font_family_heading: 'system-ui, sans-serif',
});

export const smartStyle = Object.freeze({
  body: style,
  path: `/smart-style/${createHash('sha256').update(style).digest('hex').slice(0, 16)}.json`,
});
