import type { Bar } from './widget.ts';

/** Where the bars of a chart stand; the page draws them. Below nothing is drawn: what went back has no height. */
export interface Chart {
  readonly width: number;
  readonly height: number;
  readonly bars: readonly (Bar & {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  })[];
  readonly isEmpty: boolean;
}

const WIDTH = 900;
const HEIGHT = 160;
const GAP = 4;

export function chartOf(bars: readonly Bar[]): Chart {
  const most = Math.max(0, ...bars.map(({ amount }) => amount.amount));
  const step = WIDTH / Math.max(bars.length, 1);
  return {
    width: WIDTH,
    height: HEIGHT,
    isEmpty: most === 0,
    bars: bars.map((bar, index) => {
      const height = most === 0 ? 0 : Math.round((Math.max(bar.amount.amount, 0) / most) * HEIGHT);
      return { ...bar, x: round(index * step + GAP / 2), y: HEIGHT - height, width: round(step - GAP), height };
    }),
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
