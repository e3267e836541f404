import { describe, expect, it } from 'vitest';
import { createCluster } from './cluster';
import { PROFILES, findProfile } from './profiles';
import { createRandom } from './random';

describe('createCluster', () => {
  it('starts each controller once and stops them backwards', () => {
    const cluster = createCluster({ profile: PROFILES['1.9'], seed: 7, timings: { attach: 1 } });
    const steps: string[] = [];
    const controller = (name: string) => ({ name, start: () => { steps.push(`+${name}`); return () => steps.push(`-${name}`); } });
    cluster.start([controller('a'), controller('b')]);
    cluster.start([controller('a')]);
    cluster.stop();
    expect(steps).toEqual(['+a', '+b', '-b', '-a']);
    expect(cluster.timings.attach).toBe(1);
    expect(cluster.timings.enginePoll).toBe(5000);
  });

  it('counts repeated events up and forgets them after an hour', () => {
    const cluster = createCluster();
    const say = (message: string): void => {
      cluster.event({ namespace: 'longhorn-system', involved: { apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', name: 'v' }, type: 'Warning', reason: 'Degraded', message, component: 'longhorn-volume-controller' });
    };
    say('one');
    say('one');
    say('two');
    expect(cluster.store.list('event').map((event) => event['count']).sort()).toEqual([1, 2]);
    cluster.clock.advance(3_600_000);
    expect(cluster.store.list('event')).toEqual([]);
  });

  it('repeats itself from the same seed', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return [random.uuid(), random.lower(5), random.integer(100), random.pick(['a', 'b', 'c']), random.hex(8)];
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(3)[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('finds profiles by minor or full version', () => {
    expect(findProfile('v1.9.0')?.cloneStrategy).toBe('csi-clone');
    expect(findProfile('1.7')?.longhorn).toBe('v1.10.2');
    expect(findProfile('1.4.3')).toBeUndefined();
  });
});
