import { el, field, section, type Child } from './dom'
import { t } from './texts'
import { addKey, keys, removeKey } from './trust'

/** The keys this device trusts, to be compared with print, and the field for one from paper. */
export class KeySection {
  private readonly list = el('div')
  readonly view: HTMLElement
  private signer = ''

  /** `changed` is called when a key was added or taken away. */
  constructor(private readonly changed: () => void) {
    const control = el('input', {})
    const { box, say } = field(control, 'key', t('proof.keys.field'), t('proof.keys.field_hint'))
    const add = (event: Event): void => {
      event.preventDefault()
      try {
        addKey(control.value)
        control.value = ''
        say('')
      } catch {
        return say(t('proof.keys.bad'))
      }
      this.changed()
    }
    this.view = section(t('proof.keys'), this.list,
      el('form', { class: 'form', onsubmit: add }, box, el('button', { type: 'submit', class: 'button' }, t('proof.keys.add'))),
      el('p', {}, el('a', { class: 'link', href: '/p/keys' }, t('proof.keys.page'))))
    this.show('')
  }

  /** Draws the list anew; `signer` is the key that signed what is shown, so that its fingerprint is found at once. */
  show(signer = this.signer): void {
    this.signer = signer
    const all = keys()
    const rows: Child[] = all.map((key) => el('li', { class: key.text === signer ? 'signer' : '' },
      el('span', { class: 'print' }, key.fingerprint),
      el('span', { class: 'note' }, `${key.name} · ${key.algorithm === 'sm2' ? 'SM2' : 'Ed25519'} · ${t(key.pasted ? 'proof.keys.pasted' : 'proof.keys.served')}`),
      key.pasted && el('button', { type: 'button', class: 'quiet', onclick: () => this.remove(key.text) }, t('proof.keys.remove'))))
    this.list.textContent = ''
    this.list.appendChild(el('p', { class: 'say' }, t(all.length > 0 ? 'proof.keys.compare' : 'proof.keys.none')))
    if (all.length > 0) this.list.appendChild(el('ul', { class: 'keys' }, rows))
  }

  private remove(text: string): void {
    removeKey(text)
    this.changed()
  }
}
