import { defineStore } from 'pinia';
import { ref } from 'vue';
import { toApiError } from '@/api';
import type { HttpClient } from '@/api/contract';
import { forgetDrafts } from '@/features/drafts/use-draft';
import { pinia } from './pinia';

const KEY = 'lhv2.signed-in';

const defineSession = defineStore('session', () => {
  /** The server said 401 since the last sign-in. */
  const hasEnded = ref(false);
  /** Who signed in on this page; '' when that is not known. */
  let user = '';
  /** Someone signed in on this page, so there is something to sign out of. */
  const canSignOut = ref(sessionStorage.getItem(KEY) === 'yes');

  return {
    hasEnded,
    canSignOut,
    end(): void {
      hasEnded.value = true;
    },
    /** Rancher's own login, which Harvester embeds. Rejects with `ApiError`; 401 means wrong name or password. */
    async signIn(http: HttpClient, username: string, password: string): Promise<void> {
      try {
        await http.request({ method: 'POST', url: '/v3-public/localProviders/local?action=login', data: { description: 'UI session', responseType: 'cookie', username, password } });
      } catch (error) {
        throw toApiError(error);
      }
      // What one person typed is not the next one's to see.
      if (username !== user) {
        forgetDrafts();
      }
      user = username;
      hasEnded.value = false;
      canSignOut.value = true;
      sessionStorage.setItem(KEY, 'yes');
    },
    async signOut(http: HttpClient): Promise<void> {
      try {
        await http.request({ method: 'POST', url: '/v3/tokens?action=logout', data: {} });
      } catch { /* gone either way */ }
      forgetDrafts();
      user = '';
      canSignOut.value = false;
      sessionStorage.removeItem(KEY);
      hasEnded.value = true;
    }
  };
});

export const useSession = (): ReturnType<typeof defineSession> => defineSession(pinia);
