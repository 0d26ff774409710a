import { SECOND } from '#core/clock';
import type { Context } from '#core/context';
import { AppError, messageOf, unavailable } from '#core/error';

/** Nobody who pays waits longer for a gateway. */
const LONGEST_MS = 20 * SECOND;

/** A gateway that fails, hangs or answers nonsense is one defined error, whatever its adapter throws; the log has the rest. */
export async function inTime<T>(
  ctx: Context,
  title: string,
  work: () => Promise<T>,
  longestMs: number = LONGEST_MS,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${longestMs} ms`)), longestMs);
  });
  try {
    return await Promise.race([work(), timeout]);
  } catch (error) {
    if (error instanceof AppError && error.kind !== 'internal') throw error;
    ctx.log.error('a payment gateway failed', { gateway: title, error: messageOf(error) });
    throw unavailable(
      'payment.gateway_failed',
      `The payment gateway ${title} does not answer as it should. Please try again later.`,
      error,
    );
  } finally {
    clearTimeout(timer);
  }
}
