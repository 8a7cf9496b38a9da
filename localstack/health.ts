/** Which emulator answers at an endpoint. */
export interface Health {
  readonly kind: 'localstack' | 'embedded';
  /** Its name and version. */
  readonly name: string;
  /** Whether it runs in a container, and its functions with it: they have a 127.0.0.1 of their own. */
  readonly inContainer: boolean;
}

/**
 * Asks the server at `endpoint` which emulator it is.
 *
 * MiniStack answers LocalStack's path too, so its own path is asked as well.
 *
 * @returns undefined if nothing answers in time, or something else does
 */
export async function probeHealth(endpoint: string, timeoutMs = 2_000): Promise<Health | undefined> {
  const get = (path: string) => getObject(new URL(path, endpoint), timeoutMs);
  const [localstack, ministack, info] = await Promise.all([
    get('/_localstack/health'),
    get('/_ministack/health'),
    get('/_localstack/info'),
  ]);
  const version = String((ministack ?? localstack)?.version ?? 'of unknown version');
  if (ministack?.services) return { kind: 'embedded', name: `MiniStack ${version}`, inContainer: false };
  if (!localstack?.services) return undefined;
  return { kind: 'localstack', name: `LocalStack ${version}`, inContainer: info?.is_docker !== false };
}

async function getObject(url: URL, timeoutMs: number): Promise<Record<string, unknown> | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    const body: unknown = response.ok ? await response.json() : undefined;
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    // Refused, too slow, or not JSON: not an emulator.
    return undefined;
  }
}
