import { createRouter, createWebHistory } from 'vue-router'
import type { RouteLocationNormalized, RouteLocationRaw } from 'vue-router'
import { knowSession, place, staff } from './session'

export const router = createRouter({
  history: createWebHistory('/counter/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { left: 0, top: 0 },
  routes: [
    { path: '/', name: 'find', component: () => import('./screens/FindScreen.vue') },
    { path: '/login', name: 'login', component: () => import('./screens/LoginScreen.vue') },
    { path: '/password', name: 'password', component: () => import('./screens/PasswordScreen.vue') },
    { path: '/village', name: 'choose', component: () => import('./screens/ChooseScreen.vue') },
    { path: '/household/:household', name: 'cart', component: () => import('./screens/CartScreen.vue'), props: true },
    { path: '/slip/:id', name: 'slip', component: () => import('./screens/SlipScreen.vue'), props: true },
    { path: '/today', name: 'today', component: () => import('./screens/TodayScreen.vue') },
    // Without a network: everything below opens with the keeper's PIN and asks no server.
    { path: '/offline', name: 'off-find', component: () => import('./offline/screens/OffFindScreen.vue'), meta: { till: true } },
    { path: '/offline/household/:household', name: 'off-cart', component: () => import('./offline/screens/OffCartScreen.vue'), props: true, meta: { till: true } },
    { path: '/offline/slip/:key', name: 'off-slip', component: () => import('./offline/screens/OffSlipScreen.vue'), props: (to) => ({ intent: String(to.params.key) }), meta: { till: true } },
    { path: '/offline/queue', name: 'off-queue', component: () => import('./offline/screens/QueueScreen.vue'), meta: { till: true, closed: true } },
    { path: '/offline/unlock', name: 'off-unlock', component: () => import('./offline/screens/UnlockScreen.vue'), meta: { till: true, closed: true } },
    { path: '/offline/setup', name: 'off-setup', component: () => import('./offline/screens/SetupScreen.vue') },
    { path: '/:rest(.*)*', redirect: { name: 'find' } },
  ],
})

router.beforeEach(async (to) => {
  if (to.name === 'login') return true
  if (to.meta.till) return tillGuard(to)
  try {
    await knowSession()
  } catch {
    if (await hasTill()) return { name: 'off-find' }
    // No line: the sign-in page says so and tries again.
    return { name: 'login', query: { to: to.fullPath } }
  }
  if (!staff.value) return { name: 'login', query: { to: to.fullPath } }
  if (staff.value.must_change) return to.name === 'password' ? true : { name: 'password' }
  if (to.name !== 'choose' && to.name !== 'password' && !place.value) return { name: 'choose' }
  return true
})

/** Whether this phone may work without a network. */
async function hasTill(): Promise<boolean> {
  return (await (await import('./offline/till')).lookAround()) !== null
}

/** The queue is there for anybody who holds the phone: it shows codes only. Everything else wants the PIN. */
async function tillGuard(to: RouteLocationNormalized): Promise<true | RouteLocationRaw> {
  const till = await import('./offline/till')
  const box = await till.lookAround()
  if (!box) return to.name === 'off-queue' ? true : { name: 'find' }
  if (to.meta.closed || till.isOpen.value) return true
  return { name: 'off-unlock', query: { to: to.fullPath } }
}
