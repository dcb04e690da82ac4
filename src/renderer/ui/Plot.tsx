/**
 * Owns drawing with the plotting library: it fits the plot to its box and draws again when the theme changes.
 */
import { useComputedColorScheme } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export type PlotColours = {
  text: string
  dim: string
  line: string
  run: string
  ok: string
  bad: string
  warn: string
  rest: string
  surface: string
  font: string
}

export type PlotOptions = (
  colours: PlotColours,
  bars: uPlot.Series.PathBuilder,
) => Omit<uPlot.Options, 'width' | 'height'>

/** A canvas can't read CSS variables, so a probe element resolves them. */
function readColours(element: HTMLElement): PlotColours {
  const probe = document.createElement('span')
  // Where motion is reduced every change is a very short transition, and the colour read is where it begins.
  probe.style.transition = 'none'
  element.append(probe)
  const read = (name: string) => {
    probe.style.color = `var(--s-${name})`
    return getComputedStyle(probe).color
  }
  const colours = {
    text: read('text'),
    dim: read('dim'),
    line: read('line'),
    run: read('run'),
    ok: read('ok'),
    bad: read('bad'),
    warn: read('warn'),
    rest: read('rest'),
    surface: read('surface'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
  }
  probe.remove()
  return colours
}

export function Plot({
  data,
  options,
  heightPx,
  label,
  onPlot,
}: {
  data: uPlot.AlignedData
  options: PlotOptions
  heightPx: number
  label: string
  onPlot?: (plot: uPlot | null) => void
}) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  const scheme = useComputedColorScheme('light')
  const plot = useRef<uPlot | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const latestWidth = useRef(width)
  latestWidth.current = width
  const ready = width > 0

  // The theme is not named inside, but it changes what the colours resolve to.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    const element = box.current
    if (!element || !ready) return
    const bars = uPlot.paths.bars?.({ size: [0.82, 60], radius: 0.12 })
    if (!bars) return
    const colours = readColours(element)
    const made = new uPlot(
      { ...options(colours, bars), width: latestWidth.current, height: heightPx },
      data,
      element,
    )
    // A canvas keeps the words of the font that was there: it is drawn again once its own has been loaded.
    if (!document.fonts.check(colours.font))
      void document.fonts.load(colours.font).then(() => plot.current === made && made.redraw())
    plot.current = made
    onPlot?.(made)
    return () => {
      onPlot?.(null)
      made.destroy()
      plot.current = null
    }
  }, [options, data, heightPx, scheme, ready, onPlot])

  useEffect(() => {
    if (plot.current && width > 0) plot.current.setSize({ width, height: heightPx })
  }, [width, heightPx])

  return (
    <div ref={ref} role="img" aria-label={label} style={{ minHeight: heightPx, overflow: 'hidden' }}>
      <div ref={box} />
    </div>
  )
}
