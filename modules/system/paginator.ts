export interface Pages {
  readonly currentpage: number;
  readonly numpages: number;
  readonly midrange: number;
  readonly range: number[];
  readonly start: number;
  readonly end: number;
}

/** How many page numbers are offered at once, the current one in their middle where there is room. */
const WIDTH = 7;

/** `asked` is whatever came as the number of the page. */
export function pageNumbers(asked: unknown, perPage: number, total: number): Pages {
  const current = Number(asked);
  const count = perPage < 1 || perPage > total ? 1 : Math.ceil(total / perPage);
  const page = Number.isSafeInteger(current) ? Math.max(1, current) : 1;
  const end = Math.min(count, Math.max(page + Math.floor(WIDTH / 2), WIDTH));
  const start = Math.max(1, Math.min(page - Math.floor(WIDTH / 2), end - WIDTH + 1));
  const range = Array.from({ length: end - start + 1 }, (_, index) => start + index);
  return { currentpage: page, numpages: count, midrange: WIDTH, range, start, end };
}
