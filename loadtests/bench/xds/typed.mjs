// A message in the place of an Any, as proto3 JSON writes it.
export const typed = (type, value) => ({ '@type': `type.googleapis.com/${type}`, ...value });
