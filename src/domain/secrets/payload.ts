/** What travels to the host behind its program: a head, a line for each secret, then the values one after the other. */

export interface SecretDelivery {
  readonly name: string;
  /** The value, or the digest of one that the host has already. */
  readonly value: Uint8Array | { readonly digest: string };
}

export function secretPayload(secrets: readonly SecretDelivery[]): Uint8Array {
  const lines = secrets.map(({ name, value }) =>
    value instanceof Uint8Array ? `${name}\t${value.length}\n` : `${name}\t=${value.digest}\n`,
  );
  const head = new TextEncoder().encode(`NFS1 ${secrets.length}\n${lines.join("")}`);
  const values = secrets.flatMap(({ value }) => (value instanceof Uint8Array ? [value] : []));
  const payload = new Uint8Array(values.reduce((bytes, value) => bytes + value.length, head.length));
  payload.set(head);
  let offset = head.length;
  for (const value of values) {
    payload.set(value, offset);
    offset += value.length;
  }
  return payload;
}
