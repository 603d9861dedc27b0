/** Bytes of a watch → its lines, within a bound. */

export interface LineReader {
  /** @returns false where a line is longer than the bound; then nothing more is read. */
  take(bytes: Buffer): boolean;
}

const lineFeed = 0x0a;

/** @param onLine told of each line without its end; empty ones are left out. */
export function createLineReader(bytesMax: number, onLine: (line: string) => void): LineReader {
  let pieces: Buffer[] = [];
  let held = 0;
  return {
    take(bytes) {
      let start = 0;
      for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
        if (held + end - start > bytesMax) return false;
        const line = Buffer.concat([...pieces, bytes.subarray(start, end)]).toString('utf8');
        pieces = [];
        held = 0;
        start = end + 1;
        if (line.trim() !== '') onLine(line);
      }
      if (start === bytes.length) return true;
      pieces.push(bytes.subarray(start));
      held += bytes.length - start;
      return held <= bytesMax;
    },
  };
}
