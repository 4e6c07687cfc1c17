import { createRouter, createWebHistory } from 'vue-router'

// Each screen is a chunk of its own: a phone fetches what it shows.
export const router = createRouter({
  history: createWebHistory('/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { left: 0, top: 0 },
  routes: [
    { path: '/', name: 'home', component: () => import('./screens/HomeScreen.vue') },
    { path: '/v/:village', name: 'village', component: () => import('./screens/VillageScreen.vue'), props: true },
    { path: '/v/:village/notices/:id', name: 'notice', component: () => import('./screens/NoticeScreen.vue'), props: true },
    { path: '/v/:village/rules', name: 'rules', component: () => import('./screens/RulesScreen.vue'), props: true },
    { path: '/v/:village/store', name: 'store', component: () => import('./screens/StoreScreen.vue'), props: true },
    { path: '/v/:village/answer', name: 'answer', component: () => import('./screens/AnswerScreen.vue'), props: true },
    { path: '/v/:village/card', name: 'need-card', component: () => import('./screens/CardNeededScreen.vue'), props: true },
    { path: '/card/:token', name: 'passbook', component: () => import('./screens/PassbookScreen.vue'), props: true },
    { path: '/card/:token/records', name: 'records', component: () => import('./screens/RecordsScreen.vue'), props: true },
    { path: '/card/:token/claims', name: 'claims', component: () => import('./screens/ClaimsScreen.vue'), props: true },
    { path: '/card/:token/apply', name: 'apply', component: () => import('./screens/ApplyScreen.vue'), props: true },
    { path: '/door/:village/:gathering/:code', name: 'door', component: () => import('./screens/DoorScreen.vue'), props: true },
    { path: '/:rest(.*)*', name: 'lost', component: () => import('./screens/LostScreen.vue') },
  ],
})
