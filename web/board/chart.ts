import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { init, use, type EChartsType } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue'

// Only what the two pictures need of ECharts; SVG stays sharp on a wall.
use([BarChart, LineChart, GridComponent, SVGRenderer])

/** The colours and sizes of the page, read where the tokens stand, so that dark mode and every screen fit. */
export interface Look {
  ink: string
  ink2: string
  line: string
  green: string
  pale: string
  font: string
  /** One hundredth of the screen's smaller side, in pixels. */
  unit: number
}

export function lookOf(element: HTMLElement): Look {
  const style = getComputedStyle(element)
  const token = (name: string) => style.getPropertyValue(name).trim()
  return { ink: token('--ink'), ink2: token('--ink-2'), line: token('--line'), green: token('--green'), pale: token('--hill-3'), font: token('--font'), unit: parseFloat(style.fontSize) / 1.8 }
}

/** Keeps a chart in an element: drawn again when its data, the window or the colours change. */
export function useChart(element: Ref<HTMLElement | undefined>, depends: () => unknown, option: (look: Look) => object): void {
  let chart: EChartsType | null = null
  let watcher: ResizeObserver | null = null

  function draw(): void {
    if (!element.value) return
    chart ??= init(element.value, null, { renderer: 'svg' })
    chart.resize()
    chart.setOption({ animation: false, ...option(lookOf(element.value)) }, { notMerge: true })
  }

  onMounted(() => {
    draw()
    watcher = new ResizeObserver(draw)
    if (element.value) watcher.observe(element.value)
  })
  watch(depends, draw, { flush: 'post' })
  onBeforeUnmount(() => {
    watcher?.disconnect()
    chart?.dispose()
  })
}
