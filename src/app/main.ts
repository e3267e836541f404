import { createApp, watch } from 'vue';
import { CLUSTER } from '@/stores/contract';
import { URL_STATE } from '@/features/url-state';
import { LANGUAGE_TAG } from '@/l10n/translate';
import AppRoot from './AppRoot.vue';
import { APP_SERVICES, createAppServices } from './app-services';
import { createAppRouter } from './router';
import { usePreferences } from './stores/preferences';
import { useSession } from './stores/session';
import { createRouterUrlState } from './url-state';
import './theme.css';

const preferences = usePreferences();
const session = useSession();
const router = createAppRouter();
const services = createAppServices(router);
const { translator } = services;

watch(() => preferences.isDark, (isDark) => {
  document.body.classList.toggle('theme-dark', isDark);
  document.body.classList.toggle('theme-light', !isDark);
}, { immediate: true });
watch(() => preferences.locale, (locale) => { void translator.setLocale(locale); });
watch([translator.locale, router.currentRoute], () => {
  const { title } = router.currentRoute.value.meta;

  document.documentElement.lang = LANGUAGE_TAG[translator.locale.value];
  document.title = title ? `${ translator.t(title) } · ${ translator.t('lhv2.app.product') }` : translator.t('lhv2.app.product');
});
watch(() => session.hasEnded, (hasEnded) => {
  const { path, fullPath } = router.currentRoute.value;

  if (hasEnded && path !== '/sign-in') {
    void router.replace({ path: '/sign-in', query: { to: fullPath } });
  }
});

// The first page in its language: no flash of another.
void translator.setLocale(preferences.locale).finally(() => {
  createApp(AppRoot)
    .provide(APP_SERVICES, services)
    .provide(CLUSTER, services.cluster)
    .provide(URL_STATE, createRouterUrlState(router))
    .use(router)
    .mount('#app');
});
