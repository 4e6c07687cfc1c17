import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { grants, me, readSession, sessionLoaded } from './session/session'
import { homeArea, homeRoute } from './session/nav'
import { t, type TextKey } from './texts'

declare module 'vue-router' {
  interface RouteMeta {
    /** The page's name in the window's title. */
    title?: TextKey
    /** Shown without a session. */
    open?: boolean
  }
}

const inArea: RouteRecordRaw[] = [
  { path: 'review', name: 'review', component: () => import('./review/ReviewView.vue'), meta: { title: 'console.nav.review' } },
  { path: 'queues', name: 'queues', component: () => import('./review/QueuesView.vue'), meta: { title: 'console.nav.queues' } },
  { path: 'oversight', name: 'oversight', component: () => import('./oversight/OversightView.vue'), meta: { title: 'console.nav.oversight' } },
  { path: 'fairness', name: 'fairness', component: () => import('./oversight/FairnessView.vue'), meta: { title: 'console.nav.fairness' } },
  { path: 'burden', name: 'burden', component: () => import('./oversight/BurdenView.vue'), meta: { title: 'console.nav.burden' } },
  { path: 'kin', name: 'kin', component: () => import('./oversight/KinView.vue'), meta: { title: 'console.nav.kin' } },
  { path: 'sheet', name: 'sheet', component: () => import('./sheet/SheetView.vue'), meta: { title: 'console.nav.sheet' } },
  { path: 'sheet/file', name: 'sheet-file', component: () => import('./sheet/FileView.vue'), meta: { title: 'console.nav.sheet_file' } },
  { path: 'appraisals', name: 'appraisals', component: () => import('./appraisals/AppraisalsView.vue'), meta: { title: 'console.nav.appraisals' } },
  { path: 'appraisals/:id', name: 'appraisal', component: () => import('./appraisals/AppraisalView.vue'), meta: { title: 'console.nav.appraisal' } },
  { path: 'entry', name: 'entry', component: () => import('./sheet/EntryView.vue'), meta: { title: 'console.nav.entry' } },
  { path: 'gatherings', name: 'gatherings', component: () => import('./gatherings/GatheringsView.vue'), meta: { title: 'console.nav.gatherings' } },
  { path: 'gatherings/:id', name: 'gathering', component: () => import('./gatherings/GatheringView.vue'), meta: { title: 'console.nav.gathering' } },
  { path: 'household-changes', name: 'changes', component: () => import('./households/ChangesView.vue'), meta: { title: 'households.title' } },
  { path: 'branch', name: 'branch', component: () => import('./branch/BranchView.vue'), meta: { title: 'console.nav.branch' } },
  { path: 'suggestions', name: 'suggestions', component: () => import('./suggestions/SuggestionsView.vue'), meta: { title: 'console.nav.suggestions' } },
  { path: 'claims', name: 'claims', component: () => import('./review/ClaimsView.vue'), meta: { title: 'console.nav.claims' } },
  { path: 'claims/:id', name: 'claim', component: () => import('./review/ClaimView.vue'), meta: { title: 'console.nav.claim' } },
  { path: 'month/:month(\\d{6})?', name: 'month', component: () => import('./month/MonthView.vue'), meta: { title: 'console.nav.month' } },
  { path: 'goods', name: 'goods', component: () => import('./shop/GoodsView.vue'), meta: { title: 'console.nav.goods' } },
  { path: 'stock', name: 'stock', component: () => import('./shop/StockView.vue'), meta: { title: 'stock.title' } },
  { path: 'money', name: 'money', component: () => import('./shop/MoneyView.vue'), meta: { title: 'console.nav.money' } },
  { path: 'tills', name: 'tills', component: () => import('./tills/TillsView.vue'), meta: { title: 'console.nav.tills' } },
  { path: 'redemptions', name: 'redemptions', component: () => import('./shop/RedemptionsView.vue'), meta: { title: 'console.nav.redemptions' } },
  { path: 'households', name: 'households', component: () => import('./households/HouseholdsView.vue'), meta: { title: 'console.nav.households' } },
  { path: 'households/import', name: 'import', component: () => import('./households/ImportView.vue'), meta: { title: 'console.nav.import' } },
  { path: 'households/:id', name: 'household', component: () => import('./households/HouseholdView.vue'), meta: { title: 'console.nav.household' } },
  { path: 'rules', name: 'rules', component: () => import('./rules/RulesView.vue'), meta: { title: 'console.nav.rules' } },
  { path: 'rules/:version(\\d+)', name: 'ruleset', component: () => import('./rules/RulesetView.vue'), meta: { title: 'console.nav.ruleset' } },
  { path: 'filings', name: 'filings', component: () => import('./rules/FilingsView.vue'), meta: { title: 'console.nav.filings' } },
  { path: 'book', name: 'book', component: () => import('./book/BookView.vue'), meta: { title: 'console.nav.book' } },
  { path: 'staff', name: 'staff', component: () => import('./staff/StaffView.vue'), meta: { title: 'console.nav.staff' } },
  { path: 'audit', name: 'audit', component: () => import('./staff/AuditView.vue'), meta: { title: 'console.nav.audit' } },
  { path: 'overview', name: 'overview', component: () => import('./overview/OverviewView.vue'), meta: { title: 'console.nav.overview' } },
]

export const router = createRouter({
  history: createWebHistory('/console/'),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./account/SignInView.vue'), meta: { title: 'console.signin.title', open: true } },
    { path: '/password', name: 'password', component: () => import('./account/FirstPasswordView.vue'), meta: { title: 'console.password.title' } },
    {
      path: '/',
      component: () => import('./shell/ShellLayout.vue'),
      children: [
        { path: '', name: 'home', component: { render: () => null }, beforeEnter: home },
        { path: 'account', name: 'account', component: () => import('./account/AccountView.vue'), meta: { title: 'console.nav.account' } },
        { path: ':area(\\d{6}|\\d{9}|\\d{12})', children: inArea },
        { path: ':rest(.*)*', name: 'lost', component: () => import('./shell/LostView.vue'), meta: { title: 'console.lost.title' } },
      ],
    },
  ],
})

function home() {
  const area = homeArea(grants.value)
  return area ? { name: homeRoute(grants.value, area), params: { area } } : { name: 'account' }
}

/** Nobody sees a page without a session, and nobody works on with a password somebody else has set. */
async function admit(to: RouteLocationNormalized) {
  if (!sessionLoaded.value) {
    try {
      await readSession()
    } catch {
      // The server cannot be reached: the sign-in page is drawn and says so at the first try.
    }
  }
  if (to.meta.open) return me.value && to.name === 'sign-in' ? { name: 'home' } : true
  if (!me.value) return { name: 'sign-in', query: to.path === '/' ? {} : { to: to.fullPath } }
  if (me.value.must_change && to.name !== 'password') return { name: 'password' }
  return true
}

router.beforeEach(admit)

router.afterEach(async (to, from) => {
  document.title = to.meta.title ? `${t(to.meta.title)} · ${t('common.app')}` : t('common.app')
  if (!from.name || to.path === from.path) return
  // A reader hears where the link led: the page's heading takes the focus.
  await nextTick()
  document.getElementById('content')?.focus({ preventScroll: true })
})
