import { afterEach, describe, expect, test, vi } from 'vitest';
import { consumer } from '../../../lib/engine/consumer.ts';
import { ConfigurationError, refuseDisabledIdempotency, required } from '../../../lib/engine/environment.ts';
import { onShutdown } from '../../../lib/engine/shutdown.ts';
import { defineProbe } from '../../support/probe.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('the environment', () => {
  test('is refused by name if a variable is missing or empty', () => {
    expect(() => required('SLUICE_NOT_THERE')).toThrow(/SLUICE_NOT_THERE/);
    vi.stubEnv('SLUICE_EMPTY', '');
    expect(() => required('SLUICE_EMPTY')).toThrow(ConfigurationError);
    vi.stubEnv('SLUICE_SET', 'value');
    expect(required('SLUICE_SET')).toBe('value');
  });

  test.each(['true', '1', 'TRUE', 'yes', 'on', 'anything'])('is refused if it disables idempotency (%s)', (value) => {
    vi.stubEnv('POWERTOOLS_IDEMPOTENCY_DISABLED', value);
    expect(refuseDisabledIdempotency).toThrow(ConfigurationError);
  });

  test.each(['', 'false', '0', 'no'])('is accepted if the switch of idempotency is "%s"', (value) => {
    vi.stubEnv('POWERTOOLS_IDEMPOTENCY_DISABLED', value);
    expect(refuseDisabledIdempotency).not.toThrow();
  });

  test('is refused by a consumer at its first invocation', () => {
    vi.stubEnv('POWERTOOLS_IDEMPOTENCY_DISABLED', 'true');
    vi.spyOn(process, 'once').mockReturnThis();
    const handler = consumer(defineProbe(), () => undefined);
    const invoke = () => handler({ Records: [] }, {} as Parameters<typeof handler>[1]);
    expect(invoke).toThrow(ConfigurationError);
  });
});

describe('SIGTERM', () => {
  test('aborts the signal at once, and exits when all tracked work has ended', async () => {
    let terminate: (() => void) | undefined;
    vi.spyOn(process, 'once').mockImplementation((_event, listener) => {
      terminate = () => listener('SIGTERM');
      return process;
    });
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as unknown as typeof process.exit);
    const shutdown = onShutdown();
    const work = Promise.withResolvers<string>();
    expect(shutdown.track(work.promise)).toBe(work.promise);
    terminate?.();
    expect(shutdown.signal.aborted).toBe(true);
    await new Promise((resolve) => void setImmediate(resolve));
    expect(exit).not.toHaveBeenCalled();
    work.resolve('done');
    await new Promise((resolve) => void setImmediate(resolve));
    expect(exit).toHaveBeenCalledExactlyOnceWith(0);
  });
});
