import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvField, toCsv } from './csv';

describe('csvField', () => {
  it('lets no field start a formula', () => {
    expect(csvField('=HYPERLINK("http://x")')).toBe('"\'=HYPERLINK(""http://x"")"');
    expect(csvField('+1')).toBe("'+1");
    expect(csvField('@sum')).toBe("'@sum");
    expect(csvField('-5 %')).toBe("'-5 %");
    expect(csvField(-5)).toBe('-5');
    fc.assert(fc.property(fc.string(), (text) => {
      expect(csvField(text).replace(/^"/, '')).not.toMatch(/^[=+\-@\t\r]/);
    }));
  });

  it('writes null as nothing, which is not zero', () => {
    expect(csvField(null)).toBe('');
    expect(csvField(0)).toBe('0');
  });
});

describe('toCsv', () => {
  it('keeps any text in one field', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const body = toCsv(['a', 'b'], [[text, 'end']]).slice(1).split('\r\n').slice(1).join('\r\n');
      const field = /^("(?:[^"]|"")*"|[^",\r\n]*),end/.exec(body);

      expect(field).not.toBeNull();
    }));
  });
});
