/** Hosts of emulators: this machine, and LocalStack's own names. */
const EMULATORS =
  /^((.+\.)?localhost(\.localstack\.cloud)?|127(\.\d+){3}|\[::1\]|0\.0\.0\.0|localstack|host\.docker\.internal)$/;

/** Whether an emulator answers at an endpoint, by its host. */
export const isEmulator = (endpoint: string | undefined): boolean =>
  URL.canParse(endpoint ?? '') && EMULATORS.test(new URL(endpoint ?? '').hostname);
