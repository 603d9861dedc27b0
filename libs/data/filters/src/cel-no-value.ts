/** What a part of a CEL expression gives where it fails: an absent attribute or key, values of different types. */
export const noValue: unique symbol = Symbol('no value');
