import { describe, expect, it } from 'vitest';
import { parseDataVolume } from '../harvester/data-volume';
import { rawCluster } from '../testing/raw-cluster';
import { readImagePipeline } from './pipeline-image';
import { noteStanding } from './standstill';
import type { Standing } from './standstill';
import { NOW, rawImage, rawReadyCluster } from './testing/cluster';

const importing = rawImage({}, { progress: 43, conditions: [{ type: 'Initialized', status: 'True' }, { type: 'Imported', status: 'Unknown', message: 'Image Importing' }] });
const rawDataVolume = (phase: string, progress: string) => ({
  apiVersion: 'cdi.kubevirt.io/v1beta1', kind: 'DataVolume', metadata: { name: 'image-x7k2p', namespace: 'default' },
  spec: { source: { http: { url: 'https://example.com/jammy.img' } } }, status: { phase, progress, conditions: [{ type: 'Running', status: 'True' }] }
});
const seen = (phase: string, progress: number | null, ago: number): Standing => ({ phase, progress, since: NOW - ago });
const causeOf = (phase: string, progress: string, standing: Standing | undefined, status?: 'stale'): unknown => {
  const view = rawCluster([...rawReadyCluster(), importing, rawDataVolume(phase, progress)], status ? { status: { 'cdi.kubevirt.io.datavolume': status } } : {});

  return readImagePipeline(view, 'default/image-x7k2p', NOW, standing).cause;
};

describe('a data volume that does not move', () => {
  it('is told with the time since when, after a minute at one percent', () => {
    expect(causeOf('ImportInProgress', '43.71%', seen('ImportInProgress', 43.71, 60_000))).toMatchObject({ code: 'not-progressing', isRecoverable: true, params: { progress: 43, sinceAt: NOW - 60_000 } });
    expect(causeOf('ImportInProgress', '43.71%', seen('ImportInProgress', 43.71, 59_999))).toBeNull();
  });

  it('is told where no percent is, after three minutes in a phase that should be brief', () => {
    expect(causeOf('ImportScheduled', 'N/A', seen('ImportScheduled', null, 180_000))).toMatchObject({ code: 'phase-standing', params: { phase: 'ImportScheduled' } });
    expect(causeOf('ImportScheduled', 'N/A', seen('ImportScheduled', null, 179_999))).toBeNull();
    expect(causeOf('CSICloneInProgress', 'N/A', seen('CSICloneInProgress', null, 3_600_000)), 'the driver tells no percent').toBeNull();
  });

  it('is not guessed: never watched, watched at another value, or not live now', () => {
    expect(causeOf('ImportInProgress', '43.71%', undefined)).toBeNull();
    expect(causeOf('ImportInProgress', '43.71%', seen('ImportInProgress', 43.7, 600_000))).toBeNull();
    expect(causeOf('ImportInProgress', '43.71%', seen('ImportInProgress', 43.71, 600_000), 'stale')).toBeNull();
  });

  it('is no cause where it waits for a browser, or is done', () => {
    expect(causeOf('UploadReady', 'N/A', seen('UploadReady', null, 600_000))).toBeNull();
    expect(causeOf('Succeeded', '100.0%', seen('Succeeded', 100, 600_000))).toBeNull();
  });
});

describe('noteStanding', () => {
  it('keeps the first time of a value, and begins anew with another', () => {
    const at = (progress: string) => parseDataVolume(rawDataVolume('ImportInProgress', progress));
    const first = noteStanding(undefined, at('10.00%'), 1000);

    expect(noteStanding(first, at('10.00%'), 9000)).toBe(first);
    expect(noteStanding(first, at('10.01%'), 9000)).toEqual({ phase: 'ImportInProgress', progress: 10.01, since: 9000 });
  });
});
