export type Child = Node | string | null | false | readonly Child[]
type Props = Record<string, string | boolean | ((event: Event) => unknown) | undefined>

function add(to: Node, child: Child): void {
  if (Array.isArray(child)) for (const one of child as readonly Child[]) add(to, one)
  else if (child) to.appendChild(typeof child === 'string' ? document.createTextNode(child) : (child as Node))
}

/**
 * An element with attributes, listeners (`onclick`) and children. Texts become text, never markup: what is shown here came
 * from strangers' QR codes.
 */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value === true || typeof value === 'string') element.setAttribute(name, value === true ? '' : value)
  }
  add(element, children)
  return element
}

/** Puts something in the place of everything inside an element. */
export function fill(element: HTMLElement, ...children: Child[]): void {
  element.textContent = ''
  add(element, children)
}

const paths = {
  check: 'M5 12.500l4.5 4.500L19 7',
  close: 'M6 6l12 12M18 6L6 18',
  warn: 'M12 4l9 16H3zM12 10v4.500M12 17.500v.1',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7.500v.1',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2M20 14v3M14 20h3M18 18v2h2',
  rules: 'M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h5',
  mark: 'M3 7.500q2.500-2 4.500.800Q9 5.800 11.500 6.500M8 13q2.500-2 4.500.800 1.500-2.500 4-1.800M14 18.500q2-1.600 3.600.600 1.200-2 3.200-1.400',
} as const
export type Icon = keyof typeof paths

export function icon(name: Icon): SVGElement {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  for (const [key, value] of Object.entries({ class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' })) svg.setAttribute(key, value)
  const path = document.createElementNS(space, 'path')
  path.setAttribute('d', paths[name])
  svg.appendChild(path)
  return svg
}

export const section = (title: string, ...children: Child[]): HTMLElement => el('section', {}, el('h2', {}, title), ...children)

/** A labelled control with its hint and its fault, which are read out with it. */
export function field(control: HTMLElement, id: string, label: string, hint: string): { box: HTMLElement; say: (fault: string) => void } {
  const fault = el('p', { id: `${id}-fault`, class: 'fault', role: 'alert' })
  control.id = id
  control.setAttribute('aria-describedby', `${id}-hint ${id}-fault`)
  for (const name of ['autocomplete', 'autocapitalize', 'spellcheck']) control.setAttribute(name, name === 'spellcheck' ? 'false' : 'off')
  const box = el('div', { class: 'field' }, el('label', { for: id }, label), el('p', { id: `${id}-hint`, class: 'hint' }, hint), control, fault)
  return {
    box,
    say: (text) => {
      fault.textContent = text
      control.setAttribute('aria-invalid', String(text !== ''))
    },
  }
}
