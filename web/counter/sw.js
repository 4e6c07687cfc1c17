// The counter's service worker: it keeps the program in the phone, so that the page opens without a network. It keeps no
// answer of the API and touches no data: the queue stands in IndexedDB, and no update of the program comes near it.
// The build writes the list of files and their mark in here.
const mark = '__MARK__'
const files = __FILES__
const prefix = 'qunyan-counter-'
const shell = '/counter/'

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(prefix + mark)
      .then((cache) => cache.addAll([shell, ...files]))
      .then(() => self.skipWaiting()),
  )
})

// The program before this one stays until the next: a page that is still open may yet ask for one of its parts.
self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => {
        const own = names.filter((name) => name.startsWith(prefix) && name !== prefix + mark)
        return Promise.all(own.slice(0, -1).map((name) => caches.delete(name)))
      })
      .then(() => self.clients.claim()),
  )
})

/** The page: from the server while it answers in time, else the one in the phone. */
const patienceMs = 4_000
async function page(request) {
  const kept = await caches.match(shell)
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), patienceMs)
  try {
    const answer = await fetch(request.url, { credentials: 'same-origin', signal: stop.signal })
    return answer.ok || !kept ? answer : kept
  } catch (error) {
    if (kept) return kept
    throw error
  } finally {
    clearTimeout(timer)
  }
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== location.origin) return
  if (event.request.mode === 'navigate') {
    if (url.pathname.startsWith('/counter')) event.respondWith(page(event.request))
  } else if (url.pathname.startsWith('/assets/')) {
    // Files under assets/ never change, so the one in the phone is right.
    event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)))
  }
})
