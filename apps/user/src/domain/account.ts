/** The rules of accounts. */

export interface Account {
  readonly id: string;
  /** As written by its owner. */
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

/** Two spellings of an email are one account: upper and lower case do not differ, nor do forms of the same character. */
export function emailIdentity(email: string): string {
  return email.normalize('NFKC').toLowerCase();
}
