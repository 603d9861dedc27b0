/** Octets that heads and bodies are read by. */

export { methodOctets, nameOctets, targetOctets, valueOctets } from '@weft/http';

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Value of a hexadecimal digit; 255 for what is none. */
export const hexValues: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  if (isDigit(code)) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 255;
});

export const CR = 0x0d;
export const LF = 0x0a;
export const SP = 0x20;
export const TAB = 0x09;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
