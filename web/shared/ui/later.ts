import { defineComponent, h, shallowRef } from 'vue'
import type { Component } from 'vue'
import { t } from '../i18n'
import { say } from './toast'

/**
 * A part that is fetched when it is first shown, so that it weighs nothing before. Props, listeners and slots go through.
 * Vue's own defineAsyncComponent does more (delays, hydration) and costs a slow phone a kilobyte.
 */
export function later<C extends Component>(load: () => Promise<{ default: C }>): C {
  const part = shallowRef<C>()
  return defineComponent({
    inheritAttrs: false,
    setup(_, { attrs, slots }) {
      if (!part.value) load().then((module) => (part.value = module.default), () => say(t('common.error.network')))
      return () => (part.value ? h(part.value, attrs, slots) : null)
    },
  }) as unknown as C
}
