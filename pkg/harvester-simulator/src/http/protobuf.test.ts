import { describe, expect, it } from 'vitest';
import { readProtobuf } from './protobuf';

const field = (number: number, body: Buffer | string): Buffer => {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([Buffer.from([number * 8 + 2, ...(bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7])]), bytes]);
};
const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields);
const enveloped = (apiVersion: string, kind: string, raw: Buffer): Buffer => message(Buffer.from('k8s\0'), field(1, message(field(1, apiVersion), field(2, kind))), field(2, raw));

describe('bodies in protocol buffers', () => {
  it('of built-in kinds become objects', () => {
    const metadata = field(1, message(field(1, 'c'), field(3, 'demo'), field(11, message(field(1, 'app'), field(2, 'x'))), field(14, 'one'), field(14, 'two')));
    const long = 'z'.repeat(300);
    expect(readProtobuf(enveloped('v1', 'ConfigMap', message(metadata, field(2, message(field(1, 'a'), field(2, long))), Buffer.from([32, 1])))))
      .toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'demo', labels: { app: 'x' }, finalizers: ['one', 'two'] }, data: { a: long }, immutable: true });
    expect(readProtobuf(enveloped('v1', 'Secret', field(2, message(field(1, 'p'), field(2, 'q')))))).toMatchObject({ data: { p: 'cQ==' } });
  });

  it('of other kinds are not read', () => {
    expect(readProtobuf(enveloped('longhorn.io/v1beta2', 'Volume', Buffer.alloc(0)))).toBeUndefined();
  });

  it.each([['no magic', Buffer.from('hello')], ['a cut length', message(Buffer.from('k8s\0'), Buffer.from([10, 200]))], ['a cut number', message(Buffer.from('k8s\0'), Buffer.from([255]))], ['groups', message(Buffer.from('k8s\0'), Buffer.from([11, 0]))]])('with %s are refused', (_words, body) => {
    expect(() => readProtobuf(body)).toThrow();
  });
});
