import { EmulatorError } from './errors.ts';

/** An e-mail that a function sent through SES. The emulators keep it instead of delivering it. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** The text part; the HTML part where there is no other. */
  readonly body: string;
}

/** @returns the e-mails that the emulator keeps, oldest first */
export async function readMailbox(
  kind: 'embedded' | 'localstack' | 'localstack-host',
  endpoint: string,
): Promise<Mail[]> {
  const url = new URL(kind === 'embedded' ? '/_ministack/ses/messages' : '/_aws/ses', endpoint);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const { messages } = record(await response.json());
    return kind === 'embedded' ? fromMiniStack(messages) : fromLocalStack(messages);
  } catch (error) {
    throw new EmulatorError(`the e-mails at ${url.href} could not be read`, {
      cause: error,
    });
  }
}

/** `{ <account>: [{ Source, To, Subject, BodyText, BodyHtml }] }` */
function fromMiniStack(messages: unknown): Mail[] {
  return Object.values(record(messages))
    .flatMap(list)
    .map((message) => ({
      from: text(message.Source),
      to: strings(message.To),
      subject: text(message.Subject),
      body: text(message.BodyText) || text(message.BodyHtml),
    }));
}

/** `[{ Source, Destination: { ToAddresses }, Subject, Body: { text_part, html_part } }]`; raw ones have `RawData`. */
function fromLocalStack(messages: unknown): Mail[] {
  return list(messages).map((message) => {
    const body = record(message.Body);
    return {
      from: text(message.Source),
      to: strings(record(message.Destination).ToAddresses),
      subject: text(message.Subject),
      body: text(body.text_part) || text(body.html_part) || text(message.TemplateData) || text(message.RawData),
    };
  });
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
