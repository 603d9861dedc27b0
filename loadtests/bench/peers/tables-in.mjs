// What the log of a sidecar tells, at level debug, of the route tables that it was sent.

/** @param log as it stands, perhaps with a line that has not ended. @returns {{taken, refusal}}: how many, and why the last one of the others was refused. */
export function tablesIn(log) {
  let taken = 0;
  let refusal;
  for (const line of log.split('\n').slice(0, -1)) {
    if (!line.includes('"type":"RDS"')) continue;
    const { changed, reason } = JSON.parse(line);
    if (changed > 0) taken += 1;
    else refusal = reason ?? refusal;
  }
  return { taken, refusal };
}
