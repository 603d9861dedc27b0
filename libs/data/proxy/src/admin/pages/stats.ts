/** `/stats`: the metrics as lines "name{labels}: value"; `?filter=` keeps lines that contain a text. */

import { prometheusContentType } from '@weft/telemetry';
import type { AdminView } from '../admin-view.ts';
import { metricsOfAll } from '../metrics-of-all.ts';
import { type SideAnswer, type SideRequest, text } from '../side-server.ts';

export function statsPage(view: AdminView, request: SideRequest): SideAnswer {
  if (request.query.get('format') === 'prometheus') {
    return metricsOfAll(view.registry, view.workers, prometheusContentType, (rendered) => rendered);
  }
  // A plain text, not an expression: one from outside could be made to take for ever.
  const filter = request.query.get('filter') ?? '';
  return metricsOfAll(view.registry, view.workers, text(200, '').contentType, (rendered) =>
    rendered
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#') && line.includes(filter))
      .map((line) => {
        const space = line.lastIndexOf(' ');
        return `${line.slice(0, space)}: ${line.slice(space + 1)}\n`;
      })
      .join(''),
  );
}
