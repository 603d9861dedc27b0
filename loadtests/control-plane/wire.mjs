// As much of protobuf and gRPC as a cheap incremental xDS client needs: it keeps names and nonces, never resources.

/** One gRPC message. */
export function frame(message) {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function varint(value) {
  const bytes = [];
  let left = value;
  while (left > 127) {
    bytes.push((left & 127) | 128);
    left >>>= 7;
  }
  bytes.push(left);
  return Buffer.from(bytes);
}

export function field(number, content) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

/** DeltaDiscoveryRequest. */
export function request({ node, typeUrl, subscribe = [], nonce = '' }) {
  return frame(
    Buffer.concat([
      ...(node === undefined ? [] : [field(1, node)]),
      field(2, typeUrl),
      ...subscribe.map((name) => field(3, name)),
      ...(nonce === '' ? [] : [field(6, nonce)]),
    ]),
  );
}

/** Calls `onField(number, from, to)` for each length-delimited field. */
export function eachField(bytes, start, end, onField) {
  let at = start;
  const number = () => {
    let value = 0;
    let shift = 1;
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
      shift *= 128;
    }
  };
  while (at < end) {
    const tag = number();
    const wire = tag & 7;
    if (wire === 0) number();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else {
      const length = number();
      onField(tag >>> 3, at, at + length);
      at += length;
    }
  }
}

/** DeltaDiscoveryResponse. @param names true: names of its resources are read as well. */
export function readResponse(bytes, names) {
  const response = { typeUrl: '', nonce: '', names: [], resources: 0 };
  eachField(bytes, 0, bytes.length, (number, from, to) => {
    if (number === 4) response.typeUrl = bytes.toString('latin1', from, to);
    else if (number === 5) response.nonce = bytes.toString('latin1', from, to);
    else if (number === 2) {
      response.resources += 1;
      if (!names) return;
      eachField(bytes, from, to, (inner, start, end) => {
        if (inner === 3) response.names.push(bytes.toString('utf8', start, end));
      });
    }
  });
  return response;
}
