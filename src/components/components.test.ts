// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { describe, expect, it, vi } from 'vitest';
import type { DegradedPhase, Level } from '@/domain/health/types';
import ActionButton from './ActionButton.vue';
import ConfirmDialog from './ConfirmDialog.vue';
import CopyButton from './CopyButton.vue';
import PercentBar from './PercentBar.vue';
import ReplicaStrip from './ReplicaStrip.vue';
import SearchField from './SearchField.vue';
import SlideDrawer from './SlideDrawer.vue';
import StateBadge from './StateBadge.vue';
import { lookOf } from './tone';

describe('StateBadge', () => {
  it('gives every level its own shape, so that no state is told by colour alone', () => {
    const levels: Level[] = ['critical', 'degraded', 'unknown', 'transition', 'stopped', 'healthy'];

    expect(new Set(levels.map((level) => lookOf(level).shape)).size).toBe(levels.length);
  });

  it('lets the phase decide for degraded volumes only', () => {
    expect(lookOf('degraded', 'rebuilding').tone).toBe('info');
    expect(lookOf('critical', 'rebuilding' as DegradedPhase).tone).toBe('bad');
  });

  it('shows the word beside the shape', () => {
    const badge = mount(StateBadge, { props: { level: 'degraded', phase: 'waiting', label: 'Degraded · waiting' } });

    expect(badge.text()).toBe('Degraded · waiting');
    expect(badge.find('svg').attributes('aria-hidden')).toBe('true');
    expect(badge.attributes('data-phase')).toBe('waiting');
  });
});

describe('ActionButton', () => {
  it('stays focusable, says why, and does nothing while it has a reason', async () => {
    const button = mount(ActionButton, { props: { disabledReason: 'The node is down' }, slots: { default: 'Salvage' } });

    await button.trigger('click');
    expect(button.emitted('press')).toBeUndefined();
    expect(button.attributes('disabled')).toBeUndefined();
    expect(button.attributes('aria-disabled')).toBe('true');
    const reason = button.find(`#${CSS.escape(button.attributes('aria-describedby') ?? '')}`);

    expect(reason.text()).toBe('The node is down');
    await button.setProps({ disabledReason: '' });
    await button.trigger('click');
    expect(button.emitted('press')).toHaveLength(1);
  });
});

describe('ReplicaStrip', () => {
  it('has a list item with its sentence for every cell', () => {
    const strip = mount(ReplicaStrip, {
      props: {
        label: 'Replicas', summary: '1 of 2',
        cells: [
          { key: 'a', kind: 'good', tone: 'ok', mark: '1', shape: null, label: 'node-1: healthy', percent: null },
          { key: 'b', kind: 'rebuilding', tone: 'info', mark: '2', shape: null, label: 'node-2: rebuilding, 43 %', percent: 43 }
        ]
      }
    });
    const items = strip.findAll('[role=listitem]');

    expect(items.map((item) => item.find('.lhv2-sr').text())).toEqual(['node-1: healthy', 'node-2: rebuilding, 43 %']);
    expect(items[1]!.attributes('style')).toContain('--lhv2-done: 43%');
  });
});

describe('PercentBar', () => {
  it('clamps, and leaves out a value that is not known', async () => {
    const bar = mount(PercentBar, { props: { value: 140, label: 'Rebuild' } });

    expect(bar.attributes('aria-valuenow')).toBe('100');
    await bar.setProps({ value: null });
    expect(bar.attributes('aria-valuenow')).toBeUndefined();
  });
});

describe('SlideDrawer and ConfirmDialog', () => {
  it('opens modal, closes on Esc and on a click beside it, and gives the focus back', async () => {
    const opener = document.createElement('button');

    document.body.append(opener);
    opener.focus();
    const drawer = mount(SlideDrawer, { props: { isOpen: false, title: 'pvc-1', closeLabel: 'Close' }, attachTo: document.body });
    const dialog = drawer.element as HTMLDialogElement;

    await drawer.setProps({ isOpen: true });
    await vi.waitFor(() => { expect(dialog.open).toBe(true); });
    expect(document.activeElement?.textContent).toBe('pvc-1');
    await drawer.trigger('cancel');
    expect(drawer.emitted('close')).toHaveLength(1);
    await drawer.trigger('click');
    expect(drawer.emitted('close')).toHaveLength(2);
    await drawer.find('h2').trigger('click');
    expect(drawer.emitted('close')).toHaveLength(2);
    await drawer.setProps({ isOpen: false });
    expect(dialog.open).toBe(false);
    expect(document.activeElement).toBe(opener);
    drawer.unmount();
  });

  it('does not let Esc cancel what is being sent', async () => {
    const confirm = mount(ConfirmDialog, { props: { isOpen: true, title: 'Delete?', confirmLabel: 'Delete', cancelLabel: 'Keep', isBusy: true }, attachTo: document.body });

    await confirm.trigger('cancel');
    expect(confirm.emitted('cancel')).toBeUndefined();
    await confirm.find('[data-testid=lhv2-confirm-ok]').trigger('click');
    expect(confirm.emitted('confirm')).toBeUndefined();
    await confirm.setProps({ isBusy: false });
    await confirm.find('[data-testid=lhv2-confirm-ok]').trigger('click');
    expect(confirm.emitted('confirm')).toHaveLength(1);
    confirm.unmount();
  });
});

describe('CopyButton', () => {
  it('says what happened, also when the clipboard refuses', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValueOnce(undefined).mockRejectedValueOnce(new Error('denied'));

    document.execCommand = () => false;
    const button = mount(CopyButton, { props: { text: 'kubectl get lhv', label: 'copy', copiedLabel: 'copied', failedLabel: 'could not copy' }, attachTo: document.body });

    await button.trigger('click');
    await vi.waitFor(() => { expect(button.text()).toBe('copied'); });
    expect(write).toHaveBeenCalledWith('kubectl get lhv');
    await button.trigger('click');
    await vi.waitFor(() => { expect(button.text()).toBe('could not copy'); });
    button.unmount();
  });
});

describe('SearchField', () => {
  it('is emptied by Esc', async () => {
    const field = mount(SearchField, { props: { modelValue: 'web', label: 'Filter', clearLabel: 'Clear' } });

    await field.find('input').trigger('keydown', { key: 'Escape' });
    expect(field.emitted('update:modelValue')).toEqual([['']]);
  });
});
