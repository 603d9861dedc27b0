/** The file system as the applied resources use it: a file is there whole or not at all, and stays after a crash. */

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

/** Synchronous on purpose: an operator's call is rare, and nothing can come between its steps. */
export interface Disk {
  /** Makes the folder, 0700, and those above it where they are missing. */
  makeFolder(path: string): void;
  list(path: string): readonly string[];
  size(path: string): number;
  read(path: string): Uint8Array;
  /** Writes a new file, 0600, and waits until it is on the disk. */
  write(path: string, text: string): void;
  rename(from: string, to: string): void;
  /** No error where there is none. */
  remove(path: string): void;
  /** Waits until renames and removals in this folder are on the disk. */
  syncFolder(path: string): void;
}

export const systemDisk: Disk = {
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  list: (path) => readdirSync(path),
  size: (path) => statSync(path).size,
  read: (path) => readFileSync(path),
  write(path, text) {
    const file = openSync(path, 'w', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  syncFolder(path) {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
};
