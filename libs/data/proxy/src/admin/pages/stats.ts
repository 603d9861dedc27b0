/** `/stats`: the metrics as lines "name{labels}: value"; `?filter=` keeps lines that contain a text. */

import { prometheusContentType } from '@weft/telemetry';
import type { AdminView } from '../admin-view.ts';
import { type SideAnswer, type SideRequest, text } from '../side-server.ts';

export function statsPage(view: AdminView, request: SideRequest): SideAnswer {
  const rendered = view.registry.renderPrometheus();
  if (request.query.get('format') === 'prometheus') {
    return { status: 200, contentType: prometheusContentType, body: rendered };
  }
  // A plain text, not an expression: one from outside could be made to take for ever.
  const filter = request.query.get('filter') ?? '';
  const lines = rendered
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && line.includes(filter))
    .map((line) => {
      const space = line.lastIndexOf(' ');
      return `${line.slice(0, space)}: ${line.slice(space + 1)}\n`;
    });
  return text(200, lines.join(''));
}
