/** Two methods of Node's Buffer that its types leave out: what `toString('latin1')` and `write(text, 'latin1')` call, without the look-up. */

declare global {
  interface Buffer {
    latin1Slice(from: number, to: number): string;
    latin1Write(text: string, at: number, length: number): number;
  }
}

export type {};
