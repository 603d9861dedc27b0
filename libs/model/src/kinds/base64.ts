/** Base64 as Kubernetes writes it: the standard alphabet with padding, line ends let pass. */

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function isBase64(text: string): boolean {
  return base64.test(text.replaceAll(/[\r\n]/g, ''));
}

const keyPattern = /^[-._A-Za-z0-9]{1,253}$/;

/** Of `data` of a Secret or ConfigMap. */
export function dataKeyProblem(key: string): string | undefined {
  if (keyPattern.test(key) && key !== '.' && key !== '..') return undefined;
  return `${JSON.stringify(key.slice(0, 80))} is not a key: letters, digits, "-", "_" and ".", at most 253`;
}
