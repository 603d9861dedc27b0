/** Colours, on a terminal only. */

import { styleText } from 'node:util';

export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong';

const formats = { good: 'green', bad: 'red', warn: 'yellow', dim: 'dim', strong: 'bold' } as const;

/** Puts a tone on a text, or leaves it alone. */
export type Paint = (tone: Tone, text: string) => string;

export function createPaint(colour: boolean): Paint {
  // Whether the stream takes colours is decided once, in the configuration.
  return (tone, text) => (colour ? styleText(formats[tone], text, { validateStream: false }) : text);
}
