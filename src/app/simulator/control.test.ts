import { describe, expect, it } from 'vitest';
import { parseSimulator, readArguments } from './control';

describe('parseSimulator', () => {
  it('reads what the embedded cluster says', () => {
    expect(parseSimulator({
      scenario: 'tour', speed: 2, version: 'v1.8.2', now: '2026-01-01T00:00:00.000Z', role: 'admin', roles: ['admin'], versions: ['v1.8.2'],
      nodes: ['node-1', 'node-2'], faults: { downNodes: ['node-2'], pulledDisks: ['node-1/nvme0'] },
      scenarios: [{ name: 'tour', description: 'All of it' }], commands: [{ name: 'node-down', description: 'Off', args: ['node', 'why?'] }]
    })).toEqual({
      scenario: 'tour', speed: 2, version: 'v1.8.2', now: Date.UTC(2026, 0, 1), role: 'admin', roles: ['admin'], versions: ['v1.8.2'],
      nodes: [{ name: 'node-1', isDown: false }, { name: 'node-2', isDown: true }], pulledDisks: new Set(['node-1/nvme0']),
      scenarios: [{ name: 'tour', description: 'All of it' }],
      commands: [{ name: 'node-down', description: 'Off', args: [{ name: 'node', isOptional: false }, { name: 'why', isOptional: true }] }]
    });
  });

  it.each([['<!doctype html>'], [null], [{}], [{ scenario: 1, speed: 1 }], [[]]])('takes %j for no simulator', (data) => {
    expect(parseSimulator(data)).toBeNull();
  });
});

describe('readArguments', () => {
  it('sends numbers and flags as such, and leaves out what is empty', () => {
    expect(readArguments({ node: ' node-1 ', seconds: '10', share: '0.5', duplicate: 'true', why: ' ', name: '10Gi' })).toEqual({ node: 'node-1', seconds: 10, share: 0.5, duplicate: true, name: '10Gi' });
  });
});
