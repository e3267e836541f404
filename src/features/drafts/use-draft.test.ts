// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { effectScope, reactive } from 'vue';
import { forgetDrafts, useDraft } from './use-draft';

const PASSWORD = 'hunter2';
const blank = () => ({ name: '', disk: 10, userData: '' });

/** A form on a page; `leave` is what happens when another page is opened. */
function open() {
  const scope = effectScope();
  const form = reactive(blank());
  const draft = scope.run(() => useDraft('test', form, { durable: ['name', 'disk'], isWorthKeeping: ({ name, userData }) => `${name}${userData}` !== '' }));

  return { form, draft: draft!, leave: () => { scope.stop(); } };
}

/** A reload: memory is gone, the tab's storage is not. */
function reload(): void {
  const kept = Object.fromEntries(Object.keys(sessionStorage).map(key => [key, sessionStorage.getItem(key) ?? '']));

  forgetDrafts();
  for (const [key, text] of Object.entries(kept)) {
    sessionStorage.setItem(key, text);
  }
}

describe('useDraft', () => {
  beforeEach(forgetDrafts);

  it('puts back what was typed, secrets too, while the page is open', () => {
    const first = open();

    Object.assign(first.form, { name: 'vm1', userData: PASSWORD });
    first.leave();
    const second = open();

    expect(second.form).toEqual({ name: 'vm1', disk: 10, userData: PASSWORD });
    expect(second.draft.isRestored.value).toBe(true);
  });

  it('writes no secret into web storage, and brings the rest through a reload', () => {
    const first = open();

    Object.assign(first.form, { name: 'vm1', userData: PASSWORD });
    expect(JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage })).not.toContain(PASSWORD);
    first.leave();
    reload();
    expect(open().form).toEqual({ name: 'vm1', disk: 10, userData: '' });
  });

  it('keeps nothing of a form that was sent, emptied, or that nobody typed into', () => {
    const sent = open();

    sent.form.name = 'vm1';
    sent.draft.forget();
    expect(open().draft.isRestored.value).toBe(false);

    const emptied = open();

    emptied.form.name = 'vm2';
    emptied.draft.startOver();
    expect(emptied.form).toEqual(blank());
    expect(open().draft.isRestored.value).toBe(false);

    open().form.disk = 40;
    expect(open().draft.isRestored.value).toBe(false);
    expect(Object.keys(sessionStorage)).toEqual([]);
  });

  it('does without storage, and survives what somebody else wrote there', () => {
    sessionStorage.setItem('lhv2.draft.test', '{"name":');
    expect(open().form).toEqual(blank());
    sessionStorage.setItem('lhv2.draft.test', '{"name":"kept","userData":"planted"}');
    expect(open().form, 'only what is named is read back').toEqual({ name: 'kept', disk: 10, userData: '' });
  });
});
