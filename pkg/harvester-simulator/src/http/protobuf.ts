/**
 * The few messages that kubectl sends as protocol buffers: what `kubectl create` makes of built-in kinds, and
 * `kubectl auth can-i`. Field numbers as in Kubernetes' generated.proto.
 */

type Kind = 'text' | 'bytes' | 'bool' | 'int' | 'texts' | 'textMap' | 'bytesMap' | Message;
type Message = readonly (readonly [field: number, name: string, kind: Kind])[];

const METADATA: Message = [[1, 'name', 'text'], [2, 'generateName', 'text'], [3, 'namespace', 'text'], [5, 'uid', 'text'], [6, 'resourceVersion', 'text'], [11, 'labels', 'textMap'], [12, 'annotations', 'textMap'], [14, 'finalizers', 'texts']];
const RESOURCE_ATTRIBUTES: Message = [[1, 'namespace', 'text'], [2, 'verb', 'text'], [3, 'group', 'text'], [4, 'version', 'text'], [5, 'resource', 'text'], [6, 'subresource', 'text'], [7, 'name', 'text']];
const KINDS: Readonly<Record<string, Message>> = {
  'v1 Namespace': [[1, 'metadata', METADATA], [2, 'spec', [[1, 'finalizers', 'texts']]]],
  'v1 ConfigMap': [[1, 'metadata', METADATA], [2, 'data', 'textMap'], [3, 'binaryData', 'bytesMap'], [4, 'immutable', 'bool']],
  'v1 Secret': [[1, 'metadata', METADATA], [2, 'data', 'bytesMap'], [3, 'type', 'text'], [4, 'stringData', 'textMap'], [5, 'immutable', 'bool']],
  'v1 ServiceAccount': [[1, 'metadata', METADATA], [4, 'automountServiceAccountToken', 'bool']],
  'authorization.k8s.io/v1 SelfSubjectAccessReview': [[1, 'metadata', METADATA], [2, 'spec', [[1, 'resourceAttributes', RESOURCE_ATTRIBUTES], [2, 'nonResourceAttributes', [[1, 'path', 'text'], [2, 'verb', 'text']]]]]]
};

const MAGIC = Buffer.from('k8s\0');

/** A field of a message: its number and what it holds, a number or a part of the bytes. */
interface Entry {
  readonly field: number;
  readonly value: number | Buffer;
}

class Malformed extends Error {}

function varint(bytes: Buffer, at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0, index = at; shift < 63; shift += 7, index++) {
    const byte = bytes[index];
    if (byte === undefined) break;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, index + 1];
  }
  throw new Malformed('unexpected end of a number');
}

function* entries(bytes: Buffer): Generator<Entry> {
  for (let at = 0; at < bytes.length;) {
    const [tag, next] = varint(bytes, at);
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    const [value, after] = wire === 0 || wire === 2 ? varint(bytes, next) : [wire === 1 ? 8 : 4, next];
    if (wire === 0) {
      yield { field, value };
      at = after;
      continue;
    }
    if (![1, 2, 5].includes(wire) || after + value > bytes.length) throw new Malformed(`illegal field ${String(field)}`);
    yield { field, value: bytes.subarray(after, after + value) };
    at = after + value;
  }
}

function decode(bytes: Buffer, message: Message): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const { field, value } of entries(bytes)) {
    const [, name, kind] = message.find(([number]) => number === field) ?? [];
    if (name === undefined || kind === undefined) continue;
    if (typeof value === 'number') {
      object[name] = kind === 'bool' ? value !== 0 : value;
      continue;
    }
    if (typeof kind === 'object') object[name] = decode(value, kind);
    else if (kind === 'text') object[name] = value.toString('utf8');
    else if (kind === 'bytes') object[name] = value.toString('base64');
    else if (kind === 'texts') object[name] = [...((object[name] as string[] | undefined) ?? []), value.toString('utf8')];
    else {
      const pair = Object.fromEntries([...entries(value)].map((entry) => [entry.field, entry.value])) as Record<number, Buffer>;
      const item = pair[2] ?? Buffer.alloc(0);
      object[name] = { ...(object[name] as object | undefined), [String(pair[1] ?? '')]: item.toString(kind === 'bytesMap' ? 'base64' : 'utf8') };
    }
  }
  return object;
}

/**
 * The object in a body of `application/vnd.kubernetes.protobuf`; undefined for kinds that are not read here, as a real
 * server reads none of custom resources.
 * @throws Error for bytes that are no such message
 */
export function readProtobuf(body: Buffer): Record<string, unknown> | undefined {
  if (!body.subarray(0, 4).equals(MAGIC)) throw new Malformed('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  const envelope = decode(body.subarray(4), [[1, 'type', [[1, 'apiVersion', 'text'], [2, 'kind', 'text']]], [2, 'raw', 'bytes']]);
  const { apiVersion = '', kind = '' } = (envelope['type'] ?? {}) as { apiVersion?: string; kind?: string };
  const message = KINDS[`${apiVersion} ${kind}`];
  if (message === undefined) return undefined;
  return { apiVersion, kind, ...decode(Buffer.from(String(envelope['raw'] ?? ''), 'base64'), message) };
}
