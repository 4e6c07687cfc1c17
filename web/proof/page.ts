import { createDecoder } from '../shared/scan/decode'
import { SyntaxFault } from './bytes'
import { check, type Finding } from './check'
import { el, field, fill, icon } from './dom'
import { findingView } from './finding'
import { KeySection } from './keys'
import { type Given, parseGiven } from './note'
import { pairSection } from './pair'
import { isElder, setElder } from './prefs'
import { scanner } from './scan'
import { locale, setLocale, t } from './texts'
import { fetchKeys, fetchName, keys } from './trust'

/** Larger than any proof; what is larger is some other file. */
const largestFile = 64 << 10

/** Reads a text as a proof or checkpoint; null where it is neither. */
function read(text: string): Given | null {
  try {
    const given = parseGiven(text)
    check(given, [])
    return given
  } catch (error) {
    if (error instanceof SyntaxFault) return null
    throw error
  }
}

/** Checks a proof or a checkpoint on this device. Nothing that is checked here is sent anywhere. */
export class Page {
  private readonly body = el('div')
  private keySection = new KeySection(() => this.keysChanged())
  /** null: nothing handed in; 'unreadable': what was handed in is no proof */
  private given: Given | 'unreadable' | null = null
  private readonly names = new Map<string, string>()
  private typed = ''
  private stopScan: () => void = () => undefined

  constructor(private readonly root: HTMLElement) {}

  start(): void {
    this.draw()
    this.fromAddress()
    addEventListener('hashchange', () => this.fromAddress())
    for (const event of ['online', 'offline']) addEventListener(event, () => this.drawConnection())
    void fetchKeys().then(() => this.keysChanged())
    void this.learnName()
    // Fetched while there is a network, so that scanning works when there is none.
    void Promise.all([createDecoder(), import('../shared/photo')]).catch(() => undefined)
  }

  private readonly connection = el('div', { role: 'status' })

  private drawConnection(): void {
    fill(this.connection, !navigator.onLine && el('p', { class: 'offline' }, t('proof.offline')))
  }

  /** Everything, anew: at the start and in another language. */
  private draw(): void {
    const main = el('main', { id: 'content', tabindex: '-1' }, el('h1', {}, t('proof.title')), this.body)
    this.keySection = new KeySection(() => this.keysChanged())
    main.appendChild(this.keySection.view)
    const pill = (text: string, press: () => void, lang?: string) => el('button', { type: 'button', class: 'pill', lang, onclick: press }, el('span', {}, text))
    const other = locale() === 'zh' ? 'en' : 'zh'
    const redraw = (change: () => void) => () => {
      change()
      this.draw()
    }
    fill(this.root,
      el('a', { class: 'skip-link', href: '#content', onclick: (event) => (event.preventDefault(), main.focus()) }, t('proof.skip')),
      this.connection,
      el('header', {}, icon('mark'), el('span', { class: 'name' }, t('proof.name')),
        pill(t(isElder() ? 'proof.elder_off' : 'proof.elder_on'), redraw(() => setElder(!isElder()))),
        pill(other === 'en' ? 'English' : '中文', redraw(() => setLocale(other)), other === 'en' ? 'en' : 'zh-CN')),
      main)
    this.drawConnection()
    this.drawBody()
  }

  private drawBody(): void {
    this.stopScan()
    if (this.given === null) fill(this.body, ...this.ways())
    else this.drawFinding()
  }

  private drawFinding(): void {
    const finding = this.finding()
    this.keySection.show(finding?.key?.text ?? '')
    fill(this.body, findingView(finding, this.names.get(String(finding?.village)) ?? ''),
      el('button', { type: 'button', class: 'button again', onclick: () => this.again() }, t('proof.again')),
      finding?.verdict === 'true' && finding.tree === 'book' && pairSection(finding))
  }

  private finding(): Finding | null {
    return this.given && this.given !== 'unreadable' ? check(this.given, keys()) : null
  }

  /** The ways to hand something in. */
  private ways(): HTMLElement[] {
    const file = el('input', { class: 'sr-only', type: 'file', accept: '.tlog-proof,.txt,.note,text/plain', tabindex: '-1', 'aria-hidden': 'true' })
    const fault = el('p', { class: 'fault', role: 'alert' })
    file.addEventListener('change', () => void this.takeFile(file, fault))
    const control = el('textarea')
    control.value = this.typed
    control.addEventListener('input', () => (this.typed = control.value))
    const submit = (event: Event): void => {
      event.preventDefault()
      if (control.value.trim()) this.take(control.value)
    }
    return [
      el('p', { class: 'lead' }, t('proof.lead')),
      el('div', { class: 'ways' },
        el('button', { type: 'button', class: 'button primary', onclick: () => this.scan() }, icon('qr'), t('proof.scan')),
        el('button', { type: 'button', class: 'button', onclick: () => file.click() }, icon('rules'), t('proof.file'))),
      file, fault,
      el('form', { class: 'form', onsubmit: submit }, field(control, 'typed', t('proof.paste'), t('proof.paste.hint')).box, el('button', { type: 'submit', class: 'button' }, t('proof.check'))),
    ]
  }

  private scan(): void {
    // What a camera sees by the way is no reason to say that something does not match.
    const { view, stop } = scanner((text) => read(text) !== null && this.take(text), () => this.drawBody())
    this.stopScan = stop
    fill(this.body, view)
  }

  private async takeFile(input: HTMLInputElement, fault: HTMLElement): Promise<void> {
    const chosen = input.files?.[0]
    if (!chosen) return
    fault.textContent = ''
    try {
      if (chosen.size > largestFile) throw new Error('too large')
      this.take(await new Response(chosen).text())
    } catch {
      fault.textContent = t('proof.file.bad')
    }
    input.value = ''
  }

  private take(text: string): boolean {
    this.given = read(text) ?? 'unreadable'
    this.drawBody()
    document.getElementById('verdict')?.focus({ preventScroll: true })
    scrollTo(0, 0)
    return true
  }

  private again(): void {
    this.given = null
    this.typed = ''
    // Gone from the address too, so that going back and forth shows what the page shows.
    history.replaceState(null, '', location.pathname + location.search)
    this.keySection.show('')
    this.drawBody()
  }

  private fromAddress(): void {
    if (location.hash.length > 1) this.take(location.hash)
  }

  /** A proof that could not be judged may be judged now. */
  private keysChanged(): void {
    this.keySection.show()
    if (this.given !== null) this.drawFinding()
  }

  /** The name of the village the page was opened for; those of later ones are not asked for, so that nobody learns what is checked. */
  private async learnName(): Promise<void> {
    const village = this.finding()?.village
    if (!village) return
    const name = await fetchName(String(village))
    if (!name) return
    this.names.set(String(village), name)
    if (this.given !== null) this.drawFinding()
  }
}
