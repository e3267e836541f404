import { createRouter, createWebHashHistory } from 'vue-router';
import type { RouteLocationNormalized, Router, RouterHistory } from 'vue-router';

declare module 'vue-router' {
  interface RouteMeta {
    /** Entry of the side navigation that is marked. */
    readonly nav?: 'health' | 'machines' | 'volumes' | 'images' | 'hosts';
    /** Key of the page's name, for the title of the window. */
    readonly title?: string;
    /** Shown without the layout. */
    readonly isBare?: boolean;
  }
}

const idOf = (route: RouteLocationNormalized): string => `${ String(route.params.namespace) }/${ String(route.params.name) }`;
const queryText = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Addresses live behind `#`, so that the app works at any path it is served from. */
export function createAppRouter(history: RouterHistory = createWebHashHistory()): Router {
  return createRouter({
    history,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
    routes: [
      { path: '/', redirect: '/health' },
      { path: '/health', component: () => import('@/features/volume-health/VolumeHealthPage.vue'), meta: { nav: 'health', title: 'lhv2.app.nav.health' } },
      { path: '/images', component: () => import('@/features/inventory-lists/ImagesPage.vue'), meta: { nav: 'images', title: 'lhv2.app.nav.images' } },
      { path: '/images/:namespace/:name', component: () => import('@/features/boot-image/ImagePage.vue'), props: (route) => ({ imageId: idOf(route) }), meta: { nav: 'images', title: 'lhv2.app.nav.images' } },
      { path: '/create/image', component: () => import('@/features/boot-image/CreateImagePage.vue'), meta: { nav: 'images', title: 'lhv2.app.lists.createImage' } },
      { path: '/machines', component: () => import('@/features/inventory-lists/MachinesPage.vue'), meta: { nav: 'machines', title: 'lhv2.app.nav.machines' } },
      { path: '/machines/:namespace/:name', component: () => import('@/features/boot-vm/MachinePage.vue'), props: (route) => ({ machineId: idOf(route) }), meta: { nav: 'machines', title: 'lhv2.app.nav.machines' } },
      { path: '/create/machine', component: () => import('@/features/boot-vm/CreateMachinePage.vue'), props: (route) => ({ imageId: queryText(route.query.image) }), meta: { nav: 'machines', title: 'lhv2.app.lists.createMachine' } },
      { path: '/volumes', component: () => import('@/features/inventory-lists/VolumesPage.vue'), meta: { nav: 'volumes', title: 'lhv2.app.nav.volumes' } },
      { path: '/volumes/:namespace/:name', component: () => import('@/features/inventory-lists/VolumePage.vue'), props: (route) => ({ claimId: idOf(route) }), meta: { nav: 'volumes', title: 'lhv2.app.nav.volumes' } },
      { path: '/hosts', component: () => import('@/features/inventory-lists/HostsPage.vue'), meta: { nav: 'hosts', title: 'lhv2.app.nav.hosts' } },
      { path: '/hosts/:name', component: () => import('@/features/inventory-lists/HostPage.vue'), props: (route) => ({ nodeName: String(route.params.name) }), meta: { nav: 'hosts', title: 'lhv2.app.nav.hosts' } },
      { path: '/sign-in', component: () => import('./pages/SignInPage.vue'), meta: { isBare: true, title: 'lhv2.app.signIn.title' } },
      { path: '/:missing(.*)*', component: () => import('./pages/NotFoundPage.vue'), meta: { title: 'lhv2.app.notFound.title' } }
    ]
  });
}
