import { createRouter, createWebHistory } from 'vue-router'
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
    { path: '/:rest(.*)*', redirect: { name: 'find' } },
  ],
})

router.beforeEach(async (to) => {
  if (to.name === 'login') return true
  try {
    await knowSession()
  } catch {
    // No line: the sign-in page says so and tries again.
    return { name: 'login', query: { to: to.fullPath } }
  }
  if (!staff.value) return { name: 'login', query: { to: to.fullPath } }
  if (staff.value.must_change) return to.name === 'password' ? true : { name: 'password' }
  if (to.name !== 'choose' && to.name !== 'password' && !place.value) return { name: 'choose' }
  return true
})
